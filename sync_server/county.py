"""The county and its villages: where every record belongs, and the counters that number the feeds."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select

from schemas import ids
from schemas.problems import Failed
from sync_server import audit
from sync_server import tables as t
from sync_server.db import Tx


@dataclass(frozen=True)
class Village:
    """An area as the county knows it; `town_name` is the township it lies in."""

    code: str
    name: str
    town_name: str


@dataclass(frozen=True)
class County:
    code: str
    name: str


def found(tx: Tx, code: str, name: str) -> None:
    """Sets up a county: its row, and its keys on disk. Raises Failed("unknown_area") for a code that is not six
    digits. A county that exists is left as it is."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise Failed("unknown_area", area=code[:12])
    tx.keyring.make(code, tx.clock)
    if any(c.code == code for c in counties(tx)):
        return
    tx.execute(insert(t.county).values(code=code, name=name, audit_n=0, audit_chain=""))
    audit.write(tx, code, audit.SERVER, "county_founded", code)


def add_villages(tx: Tx, county: str, villages: Iterable[Village]) -> None:
    """Adds villages; those the county has are left as they are. Raises Failed("unknown_area") for a bad code."""
    known = {v.code for v in areas(tx, county, (county,))}
    new = [v for v in villages if v.code not in known]
    for village in new:
        if not ids.is_area(village.code) or ids.county_of(village.code) != county:
            raise Failed("unknown_area", area=village.code[:12])
    if not new:
        return
    tx.execute(
        insert(t.area),
        [
            {
                "county": county,
                "code": v.code,
                "name": v.name,
                "town": ids.town_of(v.code),
                "town_name": v.town_name,
                "seq": 0,
                "chain": "",
            }
            for v in new
        ],
    )
    audit.write(tx, county, audit.SERVER, "areas_added", county, count=len(new))


def counties(tx: Tx) -> list[County]:
    return [County(r.code, r.name) for r in tx.execute(select(t.county).order_by(t.county.c.code))]


def name_of(tx: Tx, county: str) -> str:
    """The county's name; raises Failed("not_found") when there is no such county."""
    name = tx.execute(select(t.county.c.name).where(t.county.c.code == county)).scalar_one_or_none()
    if name is None:
        raise Failed("not_found")
    return str(name)


def areas(tx: Tx, county: str, scope: tuple[str, ...]) -> list[Village]:
    """The villages within a scope, in order of code."""
    rows = tx.execute(select(t.area).where(t.area.c.county == county).order_by(t.area.c.code))
    return [Village(r.code, r.name, r.town_name) for r in rows if ids.within(r.code, scope)]
