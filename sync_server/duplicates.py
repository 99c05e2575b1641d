"""Who may be registered twice: found when changes are taken, in the whole county, by the rule of `schemas.duplicates`.

Two tables, and nothing in them that does not follow from the heads. `trace` says by which tokens a member can be found;
a token is a number, so the index holds no names, and a member who is new to the county costs one look and two short
rows. `duplicate` holds the few pairs: every two records that the rule finds alike, and every two of which a `link` says
something, with the verdict that stands. `verify` works both out again.

Two writers in different villages may bring the same national id at the same moment. Each writes its tokens first, then
waits for the county's audit row, which every writer takes last and holds until it commits, and only then looks who has
the same: so of the two, the later one sees the earlier.

A deleted member, and the members of a household that is deleted, are no candidates; what was said of them stays.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select

from schemas import codec, duplicates, merge
from schemas.codec import Value
from schemas.duplicates import Trace
from schemas.merge import GONE, NO
from sync_server import audit, feed, heads
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head

RIVAL = "rival"
"""The verdict of a pair of which two people said different things without knowing of each other."""

_SAID = ("name", "born", "national_id", GONE)
"""The slots of a member that `trace` rests on."""

Two = tuple[str, str]
Found = tuple[int, str]
Row = dict[str, str]


def follow(tx: Tx, county: str, before: Mapping[str, Head], after: Mapping[str, Head]) -> None:
    """Brings both tables in step with heads that were just written. `before` is how they were; both hold the household
    of every record in them. Its writer has locked the feeds of these households."""
    was, now = _found_by(tx, county, before, after)
    lost = {(token, r) for r, tokens in was.items() for token in tokens - now[r]}
    new = {(token, r) for r, tokens in now.items() for token in tokens - was[r]}
    links = [h for r, h in after.items() if h.kind == "link" and before.get(r) != h]
    if lost or new or links:
        _index(tx, county, lost, new, {two for link in links if (two := _about(link))})


def derived(tx: Tx, county: str) -> tuple[set[Found], list[Row]]:
    """What both tables must hold, from the heads alone: tokens with their records, and rows without the county."""
    tokens: set[Found] = set()
    found: list[Trace] = []
    roots = {h.record: h for h in _heads_of(tx, county, "household")}
    for member in _heads_of(tx, county, "member"):
        traces = _traces(member, roots.get(member.household))
        tokens |= {(token, member.record) for token in _tokens(traces)}
        found += traces
    rows = {(p.a, p.b): _row((p.a, p.b), p.why, "") for p in duplicates.pairs(found)}
    for link in _heads_of(tx, county, "link"):
        if two := _about(link):
            rows[two] = _row(two, rows[two]["why"] if two in rows else "", _verdict(link))
    return tokens, [row for _, row in sorted(rows.items())]


def rebuild(tx: Tx, county: str) -> None:
    """Makes both tables anew from the heads. Nobody writes meanwhile."""
    areas = tx.execute(select(t.area.c.code).where(t.area.c.county == county)).scalars().all()
    feed.lock(tx, county, areas)
    tokens, rows = derived(tx, county)
    for table in (t.trace, t.duplicate):
        tx.execute(delete(table).where(table.c.county == county))
    if tokens:
        tx.execute(insert(t.trace), [_trace_row(county, token, r) for token, r in sorted(tokens)])
    if rows:
        tx.execute(insert(t.duplicate), [{"county": county, **row} for row in rows])


def fill(tx: Tx) -> None:
    """Makes both tables for a county that has members and no index yet: one that is older than the index."""
    for county in tx.execute(select(t.county.c.code)).scalars().all():
        members = exists().where(t.head.c.county == county, t.head.c.kind == "member")
        indexed = exists().where(t.trace.c.county == county)
        if tx.execute(select(members & ~indexed)).scalar_one():
            rebuild(tx, county)


def forget(tx: Tx, county: str, was: Collection[Head]) -> None:
    """Removes by what the records of one household could be found, and the pairs that nobody has said anything of.
    `was`: the heads they had; they are not there any more."""
    root = next((h for h in was if h.kind == "household"), None)
    lost = {(token, h.record) for h in was for token in _tokens(_traces(h, root))}
    _index(tx, county, lost, set(), _pairs_of(tx, county, {h.record for h in was}))


def _found_by(
    tx: Tx, county: str, before: Mapping[str, Head], after: Mapping[str, Head]
) -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """By what every member that changed could be found, and can be now."""
    members = {r for r, h in after.items() if h.kind == "member" and _differs(before.get(r), h)}
    turned = [r for r, h in after.items() if h.kind == "household" and r in before and _turned(before[r], h)]
    around = {h.record: h for household in turned for h in heads.of_household(tx, county, household)}
    members |= {r for r, h in around.items() if h.kind == "member"}
    was: dict[str, frozenset[int]] = {}
    now: dict[str, frozenset[int]] = {}
    for record in members:
        head = after[record] if record in after else around[record]
        old = before.get(record, None if record in after else head)
        root, old_root = after.get(head.household), before.get(head.household)
        area = root.area if root else head.area
        now[record] = _tokens(_traces(head, root, area))
        was[record] = _tokens(_traces(old, old_root)) if old else frozenset()
    return was, now


def _differs(before: Head | None, after: Head) -> bool:
    return before is None or any(before.heads.live.get(s) != after.heads.live.get(s) for s in _SAID)


def _turned(before: Head, after: Head) -> bool:
    return before.area != after.area or _open(before) != _open(after)


def _open(root: Head | None) -> bool:
    return root is None or root.heads.value(GONE) in (None, NO)


def _traces(member: Head, root: Head | None, area: str = "") -> list[Trace]:
    if member.kind != "member" or not _open(root):
        return []
    where = area or (root.area if root else member.area)
    return duplicates.traces(member.record, member.household, where, member.heads)


def _tokens(traces: Iterable[Trace]) -> frozenset[int]:
    return frozenset(map(duplicates.token, _keys(traces)))


def _keys(traces: Iterable[Trace]) -> frozenset[str]:
    return frozenset(key for trace in traces for key in duplicates.keys(trace))


def _pairs_of(tx: Tx, county: str, records: Collection[str]) -> set[Two]:
    """The pairs that one of these records is in."""
    d = t.duplicate.c
    query = select(d.a, d.b).where(d.county == county)
    return {(row.a, row.b) for side in (d.a, d.b) for row in tx.among(query, side, records)}


def _index(tx: Tx, county: str, lost: set[Found], new: set[Found], pairs: set[Two]) -> None:
    """Writes by what records can be found, and what is to be said of these pairs and of those that this makes or
    ends."""
    _unindex(tx, county, lost)
    tx.add_new(t.trace, [_trace_row(county, token, r) for token, r in sorted(new)])
    audit.lock(tx, county)
    added, removed = _by_token(new), _by_token(lost)
    now = _holders(tx, county, added.keys() | removed.keys())
    for token, records in now.items():
        before = (records - added.get(token, set())) | removed.get(token, set())
        pairs |= duplicates.among(before) ^ duplicates.among(records)
    _write(tx, county, pairs)


def _holders(tx: Tx, county: str, tokens: Collection[int]) -> dict[int, set[str]]:
    """The records that each of these tokens finds."""
    c = t.trace.c
    query = select(c.token, c.record).where(c.county == county)
    found = _by_token((row.token, row.record) for row in tx.among(query, c.token, tokens))
    return {token: found.get(token, set()) for token in tokens}


def _by_token(found: Iterable[Found]) -> dict[int, set[str]]:
    out: dict[int, set[str]] = {}
    for token, record in found:
        out.setdefault(token, set()).add(record)
    return out


def _write(tx: Tx, county: str, pairs: Collection[Two]) -> None:
    """Writes what is to be said of these pairs, or that nothing is."""
    if not pairs:
        return
    named = heads.load(tx, county, {r for a, b in pairs for r in (a, b, merge.link_id(a, b))})
    roots = heads.load(tx, county, {h.household for h in named.values()})
    keys = {r: _keys(_traces(h, roots.get(h.household))) for r, h in named.items()}
    shared = {two: keys.get(two[0], frozenset()) & keys.get(two[1], frozenset()) for two in pairs}
    holders = _holders(tx, county, {duplicates.token(key) for each in shared.values() for key in each})
    groups = {token: duplicates.among(records) for token, records in holders.items()}
    rows = []
    for two in sorted(pairs):
        alike = {duplicates.why(key) for key in shared[two] if two in groups[duplicates.token(key)]}
        link = named.get(merge.link_id(*two))
        verdict = _verdict(link) if link is not None and _about(link) == two else None
        if alike or verdict is not None:
            reason = next((w for w in duplicates.WHYS if w in alike), "")
            rows.append({"county": county, **_row(two, reason, verdict or "")})
    _unpair(tx, county, pairs)
    if rows:
        tx.execute(insert(t.duplicate), rows)


def _unindex(tx: Tx, county: str, tokens: Collection[Found]) -> None:
    c = t.trace.c
    one = delete(t.trace).where(c.county == county, c.token == bindparam("the_token"), c.record == bindparam("of"))
    if tokens:
        tx.execute(one, [{"the_token": token, "of": record} for token, record in sorted(tokens)])


def _unpair(tx: Tx, county: str, pairs: Collection[Two]) -> None:
    d = t.duplicate.c
    one = delete(t.duplicate).where(d.county == county, d.a == bindparam("the_a"), d.b == bindparam("the_b"))
    if pairs:
        tx.execute(one, [{"the_a": a, "the_b": b} for a, b in sorted(pairs)])


def _about(link: Head) -> Two | None:
    """The two records a link is about; None when it does not say so in a way that its id bears out."""
    said: list[Value] = [link.heads.value("a"), link.heads.value("b")]
    a, b = (x if isinstance(x, str) else "" for x in said)
    return (a, b) if a < b and merge.link_id(a, b) == link.record else None


def _verdict(link: Head) -> str:
    values = {codec.encode(v) for v in link.heads.live.get("verdict", {}).values()}
    verdict = link.heads.value("verdict")
    if len(values) > 1:
        return RIVAL
    return verdict if verdict in (merge.SAME, merge.DIFFERENT) else ""


def _row(two: Two, why: str, verdict: str) -> Row:
    return {"a": two[0], "b": two[1], "link": merge.link_id(*two), "why": why, "verdict": verdict}


def _trace_row(county: str, token: int, record: str) -> dict[str, Any]:
    return {"county": county, "token": token, "record": record}


def _heads_of(tx: Tx, county: str, kind: str) -> Iterator[Head]:
    query = select(t.head).where(t.head.c.county == county, t.head.c.kind == kind)
    return (heads.head(row) for row in tx.execute(query.execution_options(yield_per=500)))
