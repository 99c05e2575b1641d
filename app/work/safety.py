"""Where a worker's own work is, in their words: which household is safe on the server, and what of which is not.

The figures are the vault's (`app.vault.safety`); here they get the names of the households and one sentence's worth of
sums. Registrations that are joined count as the one household they are shown as.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.vault.records import Record
from app.vault.safety import Part, Photo, Whereabouts
from app.work.lines import Line

State = Literal["here", "photos", "held", "open", "safe"]
"""`here`: changes on this device only. `photos`: only photos wait. `held`: all of it is at the server, some set aside
for a supervisor. `open`: a visit is still being filled in, the rest is safe. `safe`: all of it is at the server."""
STATES: Sequence[State] = ("here", "photos", "held", "open", "safe")


@dataclass(frozen=True)
class Row:
    """One household. `held`: reason → how many changes; `line` is None for one that this worker has no more.
    `begun`: nothing of it is finished, there is only the open visit."""

    household: str
    line: Line | None
    begun: bool
    unsent: int
    held: Mapping[str, int]
    rested: int
    photos: int
    photos_waiting: int
    bytes_waiting: int
    open: bool

    @property
    def state(self) -> State:
        if self.unsent:
            return "here"
        if self.photos_waiting:
            return "photos"
        if self.held:
            return "held"
        return "open" if self.open else "safe"


@dataclass(frozen=True)
class Safety:
    """All of this device's work. `households` have finished work of this device, and `safe` of them lie whole on the
    server; `rows` begins with what is least safe, within that the newest. `bytes_waiting` is at most what the waiting
    photos weigh."""

    households: int
    safe: int
    unsent: int
    photos_waiting: int
    bytes_waiting: int
    open: int
    rows: tuple[Row, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is on this device only: no change, no photo, no open visit."""
        return self.safe == self.households and not self.open


@dataclass(frozen=True)
class RecordLine:
    """One record of a household. `name` is a person's, `on` a visit's day."""

    kind: str
    name: str
    on: date | None
    unsent: int
    held: Mapping[str, int]
    rested: int


@dataclass(frozen=True)
class PhotoLine:
    """One photo. `purpose` is a code; `parts_waiting` of its `parts` are not at the server yet."""

    attachment: str
    purpose: str
    safe: bool
    parts: int
    parts_waiting: int


@dataclass(frozen=True)
class Detail:
    row: Row
    records: tuple[RecordLine, ...]
    photos: tuple[PhotoLine, ...]


def safety(found: Iterable[Whereabouts], lines: Mapping[str, Line]) -> Safety:
    """The sums and rows; `lines` has a household's line under each of its registrations."""
    grouped: dict[str, list[Whereabouts]] = {}
    for one in found:
        line = lines.get(one.household)
        grouped.setdefault(line.household if line else one.household, []).append(one)
    rows = [_row(household, lines.get(household), parts) for household, parts in grouped.items()]
    rows.sort(key=lambda r: STATES.index(r.state))  # stable: the newest first within each
    finished = [r for r in rows if not r.begun]
    return Safety(
        households=len(finished),
        safe=sum(not r.unsent and not r.photos_waiting for r in finished),
        unsent=sum(r.unsent for r in rows),
        photos_waiting=sum(r.photos_waiting for r in rows),
        bytes_waiting=sum(r.bytes_waiting for r in rows),
        open=sum(r.open for r in rows),
        rows=tuple(rows),
    )


def detail(row: Row, parts: Iterable[Part], photos: Iterable[Photo], held: Iterable[Record]) -> Detail:
    """One household record by record; `held` are its records, none for one that may not be shown."""
    records = {r.id: r for r in held}
    return Detail(
        row,
        tuple(_record(p, records.get(p.record)) for p in parts if p.kind != "attachment" or p.held or p.rested),
        tuple(_photo(p, records.get(p.attachment)) for p in photos),
    )


def _row(household: str, line: Line | None, parts: Sequence[Whereabouts]) -> Row:
    held: dict[str, int] = {}
    for reason, n in (item for p in parts for item in p.held.items()):
        held[reason] = held.get(reason, 0) + n
    return Row(
        household=household,
        line=line,
        begun=not any(p.changes or p.photos for p in parts),
        unsent=sum(p.unsent for p in parts),
        held=held,
        rested=sum(p.rested for p in parts),
        photos=sum(p.photos for p in parts),
        photos_waiting=sum(p.photos_waiting for p in parts),
        bytes_waiting=sum(p.bytes_waiting for p in parts),
        open=any(p.open for p in parts),
    )


def _record(part: Part, record: Record | None) -> RecordLine:
    values = record.heads.values() if record else {}
    on = values.get("visited_on") if part.kind == "visit" else None
    name = values.get("head") if part.kind == "household" else values.get("name")
    return RecordLine(
        kind=part.kind,
        name=str(name or ""),
        on=date.fromisoformat(on) if on else None,
        unsent=part.unsent,
        held=part.held,
        rested=part.rested,
    )


def _photo(photo: Photo, record: Record | None) -> PhotoLine:
    values = record.heads.values() if record else {}
    return PhotoLine(
        photo.attachment,
        str(values.get("purpose") or ""),
        photo.safe,
        len(values.get("chunks") or ()),
        photo.parts_waiting,
    )
