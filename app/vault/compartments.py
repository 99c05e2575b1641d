"""Compartments: one person's copy of one area, each under a key of its own.

The key is wrapped under the user's key, and boxed to the county's public key (escrow), so that a person who has lost
every way in can be let in again by the county with what they never sent still there (`recovery`). A compartment's
wrapped key that does not open is skipped: it must not keep the others shut.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import sealing, tables
from app.vault.keyring import Keyring
from app.vault.sealing import Random
from schemas import box, codec, escrow
from schemas.problems import Failed
from schemas.wire import Grant

area_key = tables.area_key.c


def add_missing(sql: Connection, ring: Keyring, grant: Grant, random: Random) -> None:
    """Makes a key for every area of the grant that has none yet, and boxes all keys to the county's present one."""
    for area in grant.areas:
        if not ring.holds(area.code):
            # A key that did not open keeps its row and its escrow: the county may open it yet.
            shut = select(func.max(area_key.gen)).where(area_key.person == ring.person, area_key.area == area.code)
            ring.add(area.code, 1 + (sql.scalar(shut) or 0), random(32))
    for code, gen in ring.compartments():
        _keep(sql, ring, grant, code, gen, random)


def opened(sql: Connection, vault: bytes, person: int, user_key: bytes) -> dict[tuple[str, int], bytes]:
    """The keys of a person's compartments by area and generation, as far as they open."""
    key = sealing.subkey(user_key, "grants")
    keys = {}
    rows = sql.execute(select(area_key.area, area_key.gen, area_key.wrapped).where(area_key.person == person))
    for row in rows:
        try:
            keys[row.area, row.gen] = sealing.unseal(key, _about(vault, person, row.area, row.gen), row.wrapped)
        except sealing.Damaged:
            continue
    return keys


def escrowed(sql: Connection, person: int) -> Mapping[tuple[str, int], bytes]:
    """The boxes for the county, by area and generation."""
    rows = sql.execute(select(area_key.area, area_key.gen, area_key.escrow).where(area_key.person == person))
    return {(row.area, row.gen): row.escrow for row in rows}


def _keep(sql: Connection, ring: Keyring, grant: Grant, code: str, gen: int, random: Random) -> None:
    key = ring.area_key(code, gen)
    wrapping = sealing.subkey(ring.user_key, "grants")
    about = escrow.about(ring.vault.hex(), grant.user, code, gen)
    try:
        boxed = box.close(bytes.fromhex(grant.county_box_key), about, key, random)
    except ValueError:
        raise Failed("bad_grant") from None
    values = {
        "wrapped": sealing.seal(ring.suite, wrapping, _about(ring.vault, ring.person, code, gen), key, random),
        "county_key": codec.sha256(bytes.fromhex(grant.county_box_key))[:16],
        "escrow": boxed,
    }
    sql.execute(
        insert(tables.area_key)
        .values(person=ring.person, area=code, gen=gen, **values)
        .on_conflict_do_update(["person", "area", "gen"], set_=values)
    )


def _about(vault: bytes, person: int, area: str, gen: int) -> bytes:
    return codec.encode([vault.hex(), "grant", person, area, gen])
