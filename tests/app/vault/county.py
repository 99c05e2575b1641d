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
from schemas.merge import Heads
from schemas.wire import (
    PROTOCOL,
    Area,
    Echo,
    Entry,
    Grant,
    Head,
    LibraryItem,
    Page,
    Pages,
    Pull,
    Receipt,
    SetAside,
    Snapshot,
    Taken,
    standing,
)

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
class Known:
    """A device as the county knows it: its last change, and which of its changes are set aside or were let rest."""

    upto: int = 0
    held: dict[int, str] = field(default_factory=dict)
    dismissed: set[int] = field(default_factory=set)


@dataclass
class County:
    """Signs with its own keys; `feeds` are its areas' logs. `full`: it sends whole logs in the place of snapshots."""

    sign_private: bytes = field(default_factory=lambda: Clock().random(32))
    box_private: bytes = field(default_factory=lambda: Clock().random(32))
    feeds: dict[str, list[tuple[Change, str]]] = field(default_factory=dict)
    devices: int = 0
    known: dict[str, Known] = field(default_factory=dict)
    full: bool = True

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
            verdicts.append(Taken(area, known[change.id]))
        upto = max((c.n for c in changes), default=0)
        device = self.known.setdefault(changes[0].device if changes else "", Known())
        device.upto = max(upto, device.upto)
        return Receipt(changes[0].device if changes else "", changes[0].n if changes else 0, upto, tuple(verdicts))

    def seal(self, area: str, seq: int, link: str) -> str:
        return signing.sign(self.sign_private, signing.STANDING, standing(area, seq, link))

    def chain_at(self, area: str, seq: int) -> str:
        return self.feeds[area][seq - 1][1] if seq else START

    def page(self, area: str, after: int, upto: int | None = None, mine: tuple[str, int] = ("", 0)) -> Page:
        """Entries after a number; those of the device `mine` up to a number come as echoes."""
        feed = self.feeds.get(area, [])
        upto = len(feed) if upto is None else min(upto, len(feed))
        entries = tuple(_line(i, feed[i - 1][0], *mine) for i in range(after + 1, upto + 1))
        at = max(after, upto)
        link = feed[at - 1][1] if at else START
        return Page(area, entries, link, len(feed), self.seal(area, at, link))

    def snapshot(
        self, area: str, device: str = "", since: str = "", count: int = 10**6, seq: int | None = None
    ) -> Snapshot:
        """A part of the area's records as the feed stood at `seq`."""
        feed = self.feeds.get(area, [])
        seq = len(feed) if seq is None else seq
        records: dict[tuple[str, str, str], list[Change]] = {}
        for change, _ in feed[:seq]:
            records.setdefault((change.household, change.record, change.kind), []).append(change)
        rest = sorted(key for key in records if f"{key[0]}/{key[1]}" > since)
        heads = tuple(Head(*key, Heads(merge.live(records[key]))) for key in rest[:count])
        after = f"{heads[-1].household}/{heads[-1].record}" if len(rest) > count else ""
        link = self.chain_at(area, seq)
        mine = self.known.get(device, Known()).upto
        return Snapshot(area, since, heads, after, seq, link, mine, self.seal(area, seq, link))

    def pull(self, asked: Pull, count: int = 10**6) -> Pages:
        """The answer to a pull, by the rules of the wire; `count` entries or records an area at most."""
        device = self.known.setdefault(asked.device, Known())
        pages: list[Page] = []
        parts: list[Snapshot] = []
        lost: list[str] = []
        more = False
        for area, at in asked.cursors.items():
            feed = self.feeds.get(area, [])
            if at.seq > len(feed) or self.chain_at(area, at.seq) != at.chain:
                lost.append(area)
            elif at.after or (not self.full and not at.seq and feed):
                parts.append(self.snapshot(area, asked.device, at.after, count))
                more = more or bool(parts[-1].after) or (bool(at.after) and at.seq < len(feed))
            elif at.seq < len(feed):
                pages.append(self.page(area, at.seq, at.seq + count, (asked.device, asked.mine)))
                more = more or at.seq + count < len(feed)
        return Pages(
            now="2026-03-02T01:30:00.000Z",
            pages=tuple(pages),
            snapshots=tuple(parts),
            upto=device.upto,
            held=tuple(SetAside(n, reason) for n, reason in sorted(device.held.items())),
            dismissed=tuple(sorted(device.dismissed)),
            lost=tuple(lost),
            more=more,
        )


def _line(seq: int, change: Change, device: str, mine: int) -> Entry | Echo:
    return Echo(seq, change.n) if change.device == device and change.n <= mine else Entry(seq, change)


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


def pull(open_: Open, county: County, count: int = 10**6) -> None:
    """Everything the county has, in answers of `count` entries or records an area."""
    while True:
        pages = county.pull(asked(open_), count)
        came = open_.receive_pages(pages)
        assert came.problems == ()
        if not pages.more:
            return
        assert came.moved


def asked(open_: Open) -> Pull:
    return Pull(PROTOCOL, open_.device(), "", open_.cursors(), open_.mine(), open_.grant.digest, "", 10**6)


def sync(open_: Open, county: County) -> None:
    """One round without a road: push all, pull all."""
    for change in open_.unsent(10**9):
        area = next(r.area for r in open_.household(change.household))
        open_.receive_receipt(county.take(area, change))
    pull(open_, county)
