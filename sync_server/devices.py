"""Devices: how one is let in with a one-time code, how its requests are told from anybody else's, how it is put out.

A code is read aloud or typed once, so it is short and lives a day; the same device that asks again with the same code
gets the same grant, because the answer may have been lost on the way. Of a code only the hash is kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, bindparam, insert, select, update

from schemas import codec, ids, signing, wire
from schemas.clock import parse_stamp, stamp
from schemas.problems import Failed
from sync_server import audit, county, people
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.people import Person

DESK = "desk"
HEARD = timedelta(minutes=5)
"""How exactly the steward's list knows when a device was last heard of: a device that asks each minute whether there is
anything new should not cost a write each time."""


@dataclass(frozen=True)
class Device:
    """An enrolled device. `n` and `last_id` are its last change here; `skew` is how many seconds its clock is ahead
    of the server's. `user` is None for the desk's own device."""

    county: str
    id: str
    user: str | None
    name: str
    sign_key: str
    n: int
    last_id: str
    enrolled_at: str
    granted_at: str | None
    expires_at: str | None
    revoked_at: str | None
    last_contact: str | None
    skew: int


def new_code(tx: Tx, county: str, user: str) -> str:
    """A one-time enrolment code for a person, such as `7K2P4-XQ9MB`; raises Failed("unknown_person"), also for one
    whose access has ended."""
    if not people.get(tx, county, user).active:
        raise Failed("unknown_person")
    number = int.from_bytes(tx.clock.random(8), "big")
    text = "".join(ids.ALPHABET[number >> 5 * i & 31] for i in range(10))
    now = tx.clock.now()
    expires = stamp(now + timedelta(hours=tx.settings.code_hours))
    tx.execute(
        insert(t.code).values(county=county, hash=_code_hash(text), user=user, made_at=stamp(now), expires=expires)
    )
    audit.write(tx, county, audit.SERVER, "code_made", user)
    return f"{text[:5]}-{text[5:]}"


def enrol(tx: Tx, asked: wire.Enrol) -> wire.Grant:
    """Lets a device in. Raises Failed: `protocol_unknown`, `unknown_code`, `malformed` for keys that are none."""
    if asked.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    for place, key in (("enrol.sign_key", asked.sign_key), ("enrol.box_key", asked.box_key)):
        if not _is_key(key):
            raise Failed("malformed", place=place)
    code = tx.execute(select(t.code).where(t.code.c.hash == _code_hash(asked.code)).with_for_update()).one_or_none()
    now = stamp(tx.clock.now())
    if code is None or code.expires < now:
        raise Failed("unknown_code")
    person = people.get(tx, code.county, code.user, lock=True)  # whose access may be ending: then this device goes too
    if not person.active:
        raise Failed("unknown_code")
    if code.used_at is not None:
        device = find(tx, code.device)
        if device.sign_key != asked.sign_key or device.revoked_at:
            raise Failed("unknown_code")
        return grant(tx, person, device)
    device_id = ids.record_id(tx.clock.unix_ms(), tx.clock.random(10))
    expires = stamp(tx.clock.now() + timedelta(days=tx.settings.grant_days))
    tx.execute(
        insert(t.device).values(
            county=code.county,
            id=device_id,
            user=code.user,
            name=asked.name.replace("\x00", "")[:200],
            sign_key=asked.sign_key,
            box_key=asked.box_key,
            enrolled_at=now,
            granted_at=now,
            expires_at=expires,
            last_contact=now,
        )
    )
    tx.execute(
        update(t.code)
        .where(t.code.c.county == code.county, t.code.c.hash == code.hash)
        .values(used_at=now, device=device_id)
    )
    audit.write(tx, code.county, code.user, "enrolled", device_id)
    return grant(tx, person, find(tx, device_id))


def grant(tx: Tx, person: Person, device: Device) -> wire.Grant:
    """What a person may do on a device as of now, signed by the county."""
    unsigned = _unsigned(tx, person, device)
    signature = tx.keys(person.county).sign(signing.GRANT, signing.value(unsigned.signed_part()))
    return replace(unsigned, signature=signature)


def newer_grant(tx: Tx, person: Person, device: Device, known: str) -> wire.Grant | None:
    """The grant as of now when its digest is not the one `known`."""
    return None if _unsigned(tx, person, device).digest == known else grant(tx, person, device)


def renewal_due(device: Device, now: datetime) -> bool:
    """Whether less than half of the time is left for which the device's grant was given."""
    if not (device.granted_at and device.expires_at):
        return False
    given, until = parse_stamp(device.granted_at), parse_stamp(device.expires_at)
    return given + (until - given) / 2 < now <= until


def renew(tx: Tx, county: str, device: str) -> None:
    """Gives a device's grant its whole time again, if that is due and nobody has put the device out."""
    known = lock(tx, county, device)
    if known.user is None or known.revoked_at or not renewal_due(known, now := tx.clock.now()):
        return
    expires = stamp(now + timedelta(days=tx.settings.grant_days))
    tx.execute(update(t.device).where(_is(county, device)).values(granted_at=stamp(now), expires_at=expires))
    audit.write(tx, county, known.user, "grant_renewed", device)


def _unsigned(tx: Tx, person: Person, device: Device) -> wire.Grant:
    keys = tx.keys(person.county)
    return wire.Grant(
        device=device.id,
        user=person.user,
        name=person.name,
        role=person.role,
        county=person.county,
        county_name=county.name_of(tx, person.county),
        areas=tuple(wire.Area(v.code, v.name) for v in county.areas(tx, person.county, person.scope)),
        issued=device.granted_at or device.enrolled_at,
        expires=device.expires_at or "",
        county_sign_key=keys.sign_public,
        county_box_key=keys.box_public,
        signature="",
    )


def authentic(tx: Tx, device: str, at: str, signature: str, method: str, path: str, body: bytes) -> Device:
    """The device that signed a request. `at` may be any time: clocks are noted, never refused. Raises Failed:
    `unknown_device`, `bad_signature`."""
    known = find(tx, device)
    if not signing.verifies(
        known.sign_key, signing.REQUEST, signing.request(method, path, device, at, body), signature
    ):
        raise Failed("bad_signature")
    return known


def allowed(tx: Tx, device: Device) -> Person:
    """Who a device is in the hands of, when it may be answered at all. Raises Failed: `expired`, `revoked`; for a
    device that was put out, with the moment and the county's signed order to destroy what it holds. Both say up to
    which of its changes (`upto`) the server has them, because this is the last that such a device is told: what the
    server lost since its receipts it must bring again before it is shut out or enrols anew."""
    if device.revoked_at:
        order = tx.keys(device.county).sign(signing.ORDER, codec.encode([device.id, device.revoked_at]))
        raise Failed("revoked", at=device.revoked_at, order=order, upto=device.n)
    if device.user is None:
        raise Failed("revoked")
    person = people.get(tx, device.county, device.user)
    if not person.active:
        raise Failed("revoked", upto=device.n)
    if expired(tx, device):
        raise Failed("expired", upto=device.n)
    return person


def expired(tx: Tx, device: Device) -> bool:
    """Whether the device's grant has run out."""
    return device.expires_at is not None and device.expires_at < stamp(tx.clock.now())


def hands(tx: Tx, device: Device) -> Person:
    """Who the device is in the hands of; not active when the device has been revoked. Raises Failed("bad_signature")
    for the desk, which nobody holds."""
    if device.user is None:
        raise Failed("bad_signature")
    person = people.get(tx, device.county, device.user)
    return replace(person, active=person.active and device.revoked_at is None)


def find(tx: Tx, device: str) -> Device:
    """A device; raises Failed("unknown_device")."""
    return _device(tx.execute(_FIND, {"its_id": device}).one_or_none())


def lock(tx: Tx, county: str, device: str) -> Device:
    """A device as it stands, with nobody else changing it until the commit. The first row a writer locks."""
    return _device(tx.execute(_LOCK, {"its_county": county, "its_id": device}).one_or_none())


def advance(tx: Tx, device: Device, n: int, last_id: str, skew: int) -> None:
    """Sets a locked device's last change, and that it was heard of now."""
    here = {"its_county": device.county, "its_id": device.id}
    now = {"n": n, "last_id": last_id, "skew": skew, "last_contact": stamp(tx.clock.now())}
    tx.execute(_ADVANCE, here | now)


def move_on(tx: Tx, device: Device, n: int, last_id: str) -> None:
    """Sets a locked device's last change, which somebody else brought."""
    tx.execute(update(t.device).where(_is(device.county, device.id)).values(n=n, last_id=last_id))


def quiet(tx: Tx, device: Device) -> bool:
    """Whether a device has not been heard of for so long that it is worth a write."""
    heard = device.last_contact
    return heard is None or heard < stamp(tx.clock.now() - HEARD)


def touch(tx: Tx, device: Device) -> None:
    """Notes that a device was heard of now."""
    tx.execute(update(t.device).where(_is(device.county, device.id)).values(last_contact=stamp(tx.clock.now())))


def skew(tx: Tx, now: str) -> int:
    """How many seconds a device whose clock says `now` is ahead of the server; 0 when that is no time at all."""
    try:
        return round((parse_stamp(now) - tx.clock.now()).total_seconds())
    except (ValueError, OverflowError):
        return 0


def all_of(tx: Tx, county: str) -> list[Device]:
    """The county's enrolled devices, newest first; not the desk."""
    rows = tx.execute(
        select(t.device)
        .where(t.device.c.county == county, t.device.c.user.is_not(None))
        .order_by(t.device.c.enrolled_at.desc(), t.device.c.id)
    )
    return [_device(row) for row in rows]


def revoke(tx: Tx, county: str, device: str, by: str) -> None:
    """From now on what the device sends is held and it is told nothing. Raises Failed("unknown_device")."""
    known = lock(tx, county, device)
    if known.user is None:
        raise Failed("unknown_device")
    if known.revoked_at is None:
        tx.execute(update(t.device).where(_is(county, device)).values(revoked_at=stamp(tx.clock.now())))
        audit.write(tx, county, by, "revoked", device)


def end_access(tx: Tx, county: str, user: str) -> int:
    """Ends a person's access: their logins at once, and each of their devices is put out, so that it hands over what it
    has and is ordered to destroy its ways in; how many those are comes back. Raises Failed("unknown_person")."""
    people.get(tx, county, user, lock=True)
    mine = sorted(d.id for d in all_of(tx, county) if d.user == user)
    out = [d for d in mine if lock(tx, county, d).revoked_at is None]
    for device in out:
        tx.execute(update(t.device).where(_is(county, device)).values(revoked_at=stamp(tx.clock.now())))
    people.deactivate(tx, county, user)
    for device in out:
        audit.write(tx, county, audit.SERVER, "revoked", device)
    return len(out)


def desk(tx: Tx, county: str) -> Device:
    """The county's own device, which writes for whoever is logged in at a desk, locked; made when first asked for."""
    name = ids.derived_id(DESK, county)
    try:
        return lock(tx, county, name)
    except Failed:
        keys = tx.keys(county)
    row = {
        "county": county,
        "id": name,
        "name": DESK,
        "sign_key": keys.sign_public,
        "box_key": keys.box_public,
        "enrolled_at": stamp(tx.clock.now()),
    }
    tx.add_new(t.device, [row])
    return lock(tx, county, name)


# Asked for with every request, so put together once.
_FIND = select(t.device).where(t.device.c.id == bindparam("its_id"))
_HERE = (t.device.c.county == bindparam("its_county")) & (t.device.c.id == bindparam("its_id"))
_LOCK = select(t.device).where(_HERE).with_for_update(key_share=True)
_ADVANCE = update(t.device).where(_HERE)


def _is(county: str, device: str) -> ColumnElement[bool]:
    return (t.device.c.county == county) & (t.device.c.id == device)


def _device(row: Row[tuple[object, ...]] | None) -> Device:
    if row is None:
        raise Failed("unknown_device")
    return Device(**{name: getattr(row, name) for name in Device.__dataclass_fields__})


def _code_hash(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum()).translate(str.maketrans("ILO", "110"))
    return codec.sha256(plain.encode())


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32 and len(text) == 64
    except ValueError:
        return False
