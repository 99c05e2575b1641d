"""A county on paper for the vault's tests: it signs grants and documents, and keeps feeds by the rules of the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import DeviceKeys, new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from schemas import box, codec, ids, merge, signing
from schemas.change import START, Change, chain
from schemas.clock import Clock
from schemas.codec import Value
from schemas.wire import Area, Entry, Grant, LibraryItem, Page, Receipt, Taken

VILLAGE = "990101200203"
OTHER = "990101100201"
PIN = "135790"
PASSPHRASE = "清溪镇口 两棵 老樟树"
CHEAP = 2**10
"""scrypt's n in tests: the rules are the same, the waiting is not."""


@dataclass
class Time:
    """A clock whose hands a test moves."""

    now: datetime = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now)


@dataclass
class County:
    """Signs with its own keys; `feeds` are its areas' logs."""

    sign_private: bytes = field(default_factory=lambda: Clock().random(32))
    box_private: bytes = field(default_factory=lambda: Clock().random(32))
    feeds: dict[str, list[tuple[Change, str]]] = field(default_factory=dict)
    devices: int = 0

    def grant(self, user: str = "wangfang", areas: tuple[str, ...] = (VILLAGE,), name: str = "王芳") -> Grant:
        self.devices += 1
        unsigned = Grant(
            device=f"d{self.devices}",
            user=user,
            name=name,
            role="visitor",
            county="990101",
            county_name="样例县",
            areas=tuple(Area(code, f"村{code[-3:]}") for code in areas),
            issued="2026-03-01T00:00:00.000Z",
            expires="2027-03-01T00:00:00.000Z",
            county_sign_key=self.sign_key(),
            county_box_key=box.public(self.box_private).hex(),
            signature="",
        )
        return self.signed(unsigned)

    def signed(self, grant: Grant) -> Grant:
        signature = signing.sign(self.sign_private, signing.GRANT, signing.value(grant.signed_part()))
        return replace(grant, signature=signature)

    def document(self, content: Value, kind: str = "form", name: str = "means-visit") -> tuple[LibraryItem, bytes]:
        data = codec.encode(content)
        hash_ = codec.sha256(data)
        signature = signing.sign(self.sign_private, signing.LIBRARY, hash_.encode())
        return LibraryItem(hash_, kind, name, signature), data

    def sign_key(self) -> str:
        keys = new_device_keys(Clock(random=lambda _: self.sign_private))
        return keys.sign_public_hex

    def take(self, area: str, *changes: Change) -> Receipt:
        """Appends changes to an area's feed as the server does, each once."""
        feed = self.feeds.setdefault(area, [])
        known = {c.id: i for i, (c, _) in enumerate(feed, 1)}
        verdicts = []
        for change in changes:
            if change.id not in known:
                feed.append((change, chain(feed[-1][1] if feed else START, change.id)))
                known[change.id] = len(feed)
            verdicts.append(Taken(change.id, area, known[change.id]))
        return Receipt(max((c.n for c in changes), default=0), tuple(verdicts))

    def page(self, area: str, after: int, upto: int | None = None) -> Page:
        feed = self.feeds.get(area, [])
        upto = len(feed) if upto is None else min(upto, len(feed))
        entries = tuple(Entry(i, feed[i - 1][0]) for i in range(after + 1, upto + 1))
        at = max(after, upto)
        return Page(area, entries, feed[at - 1][1] if at else START, len(feed))


def vault(folder: Path, clock: Clock | None = None, **options: int) -> Vault:
    """A vault with its device secret in a folder beside it."""
    secret = FileSecret(folder.parent / (folder.name + "-device"))
    return Vault(folder, clock or Clock(), secret, **{"cost": CHEAP, **options})


def admitted(
    folder: Path, county: County, clock: Clock | None = None, areas: tuple[str, ...] = (VILLAGE,), **options: int
) -> Open:
    """王芳's open vault on a new tablet."""
    clock = clock or Clock()
    return vault(folder, clock, **options).admit(
        county.grant(areas=areas), keys(clock), PIN, PASSPHRASE, "http://ruhu.example"
    )


def keys(clock: Clock | None = None) -> DeviceKeys:
    return new_device_keys(clock or Clock())


def new_id(clock: Clock | None = None) -> str:
    clock = clock or Clock()
    return ids.record_id(clock.unix_ms(), clock.random(10))


def registered(household: str, area: str = VILLAGE, **sets: Value) -> Draft:
    """The draft that begins a household."""
    return Draft(household, household, "household", "", {"area": area, **sets})


def member(household: str, id_: str, **sets: Value) -> Draft:
    return Draft(household, id_, "member", "", sets)


def edit(open_: Open, record: str, see: Callable[..., frozenset[str]] = merge.seeing, **sets: Value) -> Draft:
    """An edit of a record as its person sees it now."""
    held = open_.record(record)
    assert held is not None
    return Draft(held.household, record, held.kind, "", sets, see(held.heads, sets))


def sync(open_: Open, county: County) -> None:
    """One round without a road: push all, pull all."""
    for change in open_.unsent(10**9):
        area = next(r.area for r in open_.household(change.household))
        open_.receive_receipt(county.take(area, change))
    for area, seq in open_.cursors().items():
        open_.receive_page(county.page(area, seq))
