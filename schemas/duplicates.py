"""Who may be one person, written down twice: the same rule on a tablet at entry and on the server over a whole county.

Two member records are a **candidate** when they share a national id, or the name, the day of birth and the village. A
candidate decides nothing: a person looks and says `same` or `different` (`schemas.merge`, `link`). Two households are
candidates through their members.

What is compared is not what was typed. An id may come full-width, with spaces, with a small x, or in the fifteen digits
of an old card, which GB 11643-1999 turns into eighteen by the century and a check character; a name may hold any of the
dots that stand between the parts of a Uyghur or Tibetan name, and spaces anywhere. Nothing is guessed beyond that: a
wrong digit is another id, and the name and birth still find it.

Where no number is known some people write one all the same, 000000 or their own. A key that more than `CROWD` records
share is such a one, or a fraud, and asks about each record and the next only: so what it costs grows with the records
and not with their square, and still nobody is passed over.

A record with rival values leaves a trace for each of them (`traces`), because either may be the right one.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from schemas.forms import identity
from schemas.merge import Heads

NATIONAL_ID, NAME_BORN = "national_id", "name_born"
WHYS = (NATIONAL_ID, NAME_BORN)
"""Why two records are candidates, the stronger reason first."""
CROWD = 12
"""The most records of which each may be asked about with each other."""


@dataclass(frozen=True)
class Trace:
    """What one record says of who somebody is; a text that is not known is empty. `born` is an ISO date."""

    record: str
    household: str
    area: str
    name: str
    born: str
    national_id: str


@dataclass(frozen=True, order=True)
class Pair:
    """Two records that may be one, `a` < `b`, and the strongest reason for it."""

    a: str
    b: str
    why: str


def traces(record: str, household: str, area: str, heads: Heads) -> list[Trace]:
    """What a member record says, once for every way its rival values can be read; nothing when it is deleted."""
    if heads.gone:
        return []
    sides = [_texts(heads, slot) for slot in ("name", "born", "national_id")]
    return [Trace(record, household, area, *reading) for reading in product(*sides)]


def keys(trace: Trace) -> frozenset[str]:
    """What somebody can be found by: traces that share a key are candidates, others are not."""
    return frozenset(why + "\x1f" + what for why, what in _found_by(trace))


def pairs(found: Iterable[Trace]) -> list[Pair]:
    """All candidates among these traces, in order, each once."""
    holding: dict[tuple[str, str], set[str]] = {}
    for trace in found:
        for key in _found_by(trace):
            holding.setdefault(key, set()).add(trace.record)
    best: dict[tuple[str, str], str] = {}
    for (why, _), records in holding.items():
        for two in among(records):
            best[two] = min(why, best.get(two, why), key=WHYS.index)
    return sorted(Pair(a, b, why) for (a, b), why in best.items())


def why(key: str) -> str:
    """What a key of `keys` rests on."""
    return key.partition("\x1f")[0]


def among(records: Iterable[str]) -> set[tuple[str, str]]:
    """The candidates among records that share one key: each with each, of a crowd each with the next."""
    in_order = sorted(set(records))
    return set(combinations(in_order, 2) if len(in_order) <= CROWD else pairwise(in_order))


def token(key: str) -> int:
    """A key as a number of 63 bits, for an index that is to hold no names. Two keys may share one (not before some
    hundred million people), so what an index finds is compared again by its keys."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def plain_id(text: str) -> str:
    """A national id as it is compared: half-width, no spaces, the last letter large, an old one in eighteen digits."""
    return identity.tidy_national_id(unicodedata.normalize("NFKC", text))


def plain_name(text: str) -> str:
    """A name as it is compared: half-width, no spaces, one kind of dot, capitals."""
    letters = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return identity.tidy_name(unicodedata.normalize("NFKC", letters)).replace(".", "·")


def _found_by(trace: Trace) -> list[tuple[str, str]]:
    number, name = plain_id(trace.national_id), plain_name(trace.name)
    out = [(NATIONAL_ID, number)] if number else []
    if name and trace.born and trace.area:
        out.append((NAME_BORN, "\x1f".join((name, trace.born, trace.area))))
    return out


def _texts(heads: Heads, slot: str) -> list[str]:
    """The live values of a slot that are texts, each once; an empty one when there is none."""
    values = heads.live.get(slot, {}).values()
    return sorted({value for value in values if isinstance(value, str)}) or [""]
