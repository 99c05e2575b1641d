"""Two registrations next to each other: every slot of both, what differs marked, and what was said of them so far.

For a reader whose scope covers one side only, the other side is a place and a short code (`doubles.side`), and nothing
is compared.
"""

from collections.abc import Mapping

from schemas import codec, ids, merge, records
from schemas.codec import Value
from sync_server import audit, called, conflicts, doubles, heads, household_file, may
from sync_server.conflicts import Written
from sync_server.db import Tx
from sync_server.doubles import Item, Pair
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

_ELSEWHERE = {"household": frozenset({"area", "gone", "gone_why"}), "member": frozenset({"person", "gone", "gone_why"})}


def read(tx: Tx, person: Person, low: str, high: str) -> dict[str, Value]:
    """The two registrations, or the two records of a person within one, and a line in the audit for each household
    read. Raises Failed: `forbidden`, `not_found`."""
    may.require(person.role, "read_files")
    roots = doubles.sides(tx, person, low, high)
    item = doubles.item(tx, person.county, low, high)
    files = household_file.load(tx, person.county, [root.record for root in roots])
    areas = called.places(tx, person.county, {f.area for f in files.values()})
    both = all(ids.within(root.area, person.scope) for root in roots)
    links = heads.load(tx, person.county, {p.link for p in item.pairs} | {merge.link_id(low, high)})
    page = {
        "low": low,
        "high": high,
        "why": item.why,
        "joined": item.joined,
        "open": item.open,
        "sides": [_side(tx, person, files[root.record], areas, item) for root in roots],
        "rows": _compared(files[low].root, files[high].root) if both and low != high else [],
        "pairs": [_pair(p, files, both) for p in item.people],
        "said": _said(tx, person.county, links),
        "seen": sorted(doubles.said_so_far(links.values())),
        "may": both and may.do(person.role, "settle"),
        "beyond": not both,
    }
    for root in roots:
        if ids.within(root.area, person.scope):
            audit.write(tx, person.county, person.user, "file_read", root.record, beside=[low, high])
    return page


def _side(tx: Tx, person: Person, file: HouseholdFile, areas: Mapping[str, str], item: Item) -> dict[str, Value]:
    short = doubles.side(person, file, areas)
    told: dict[str, Value] = {"registered_at": "", "by": "", "people": [], "decided": [], "visited_on": None}
    if short["visible"] and file.root is not None:
        found = {r for p in item.people for r in (p.a, p.b)}
        told = {
            "registered_at": file.root.received_at,
            "by": called.people(tx, file.county, {file.root.author}).get(file.root.author, file.root.author),
            "people": [
                {
                    "record": m.record,
                    "name": str(m.heads.value("name") or ""),
                    "relation": str(m.heads.value("relation") or ""),
                    "born": m.heads.value("born"),
                    "found": m.record in found,
                }
                for m in file.members()
            ],
            "decided": decided(file),
            "visited_on": max((str(v.heads.value("visited_on") or "") for v in file.of("visit")), default="") or None,
        }
    return {**short, **told}


def decided(file: HouseholdFile) -> list[dict[str, Value]]:
    """What stands decided for a household, by programme."""
    cases = [(c.heads.value("programme"), c.heads.value("decision")) for c in file.of("case")]
    return [
        {"programme": programme, "verdict": d.get("verdict"), "amount": d.get("amount"), "on": d.get("on")}
        for programme, d in cases
        if isinstance(d, dict)
    ]


def _pair(pair: Pair, files: Mapping[str, HouseholdFile], both: bool) -> dict[str, Value]:
    known = {r: h for f in files.values() for r, h in f.records.items()}
    a, b = known.get(pair.a), known.get(pair.b)
    # The side of the lower household stands to the left, as everywhere on the page.
    if a is not None and b is not None and a.household > b.household:
        a, b = b, a
    return {
        "key": f"{pair.a} {pair.b}",
        "why": pair.why,
        "verdict": pair.verdict,
        "rows": _compared(a, b) if both else [],
    }


def _compared(a: Head | None, b: Head | None) -> list[dict[str, Value]]:
    """Every slot that either record fills."""
    if a is None or b is None:
        return []
    out = []
    for slot in records.catalogue()[a.kind].values():
        values = [a.heads.value(slot.name), b.heads.value(slot.name)]
        if slot.name in _ELSEWHERE[a.kind] or values == [None, None]:
            continue
        out.append(
            {
                **called.slot(a.kind, slot.name),
                "values": values,
                "differs": codec.encode(values[0]) != codec.encode(values[1]),
            }
        )
    return out


def _said(tx: Tx, county: str, links: Mapping[str, Head]) -> list[dict[str, Value]]:
    """Every verdict that stands, with who gave it, when and on what; of a contradiction both."""
    by: Mapping[str, Written] = conflicts.written(tx, county, doubles.said_so_far(links.values()))
    names = called.writers(tx, county, (w.change for w in by.values()))
    out = []
    for link in links.values():
        for change, verdict in link.heads.live.get("verdict", {}).items():
            wrote = by[change]
            out.append(
                {
                    "key": f"{link.heads.value('a')} {link.heads.value('b')}",
                    "verdict": str(verdict),
                    "basis": str(wrote.change.sets.get("basis") or ""),
                    "name": names.person(wrote.change.author),
                    "device_name": names.device(wrote.change.device),
                    "received_at": wrote.taken_at,
                }
            )
    return sorted(out, key=lambda said: (said["received_at"], said["key"]), reverse=True)
