"""One home visit, from the doorstep to *finish*.

The open visit is a working copy in the vault, saved at each answer; it is no change yet and nobody else sees it. When
it is opened it takes down what it showed (`shown`) and which live writes stood behind that (`seen`). *Finish* compares
its answers with what was shown and writes one change per record for what differs, plus the assessment, in one
transaction that also ends the working copy: after a power cut there is either the open visit or the finished one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.records import Record
from app.vault.working import WorkingCopy
from app.work import candidates, joined, pictures
from app.work import household as households
from app.work.candidates import Candidate
from schemas import codec, ids, merge
from schemas.clock import Clock
from schemas.codec import Value
from schemas.duplicates import Trace
from schemas.forms.model import Form
from schemas.forms.runtime import Group, Instance, Question, Repeat, Runtime, Section, Trouble
from schemas.forms.saves import Saved, prefill, saved_from
from schemas.merge import Heads
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import Facts, facts
from schemas.policy.model import Pack
from schemas.policy.result import Result
from schemas.problems import Failed

FORM = "means-visit"

Item = Question | Group | Repeat


@dataclass(frozen=True)
class Finished:
    """A finished visit: its record, the assessment's record when there is a result, and how many changes wait to be
    sent."""

    visit: str
    assessment: str | None
    result: Result | None
    changes: int


@dataclass(frozen=True)
class Comment:
    """What the supervisor said when returning the visit: at a slot of the questionnaire, or "" for the whole."""

    slot: str
    text: str


class OpenVisit:
    """A visit being made. Every method that changes an answer has saved it durably when it returns."""

    def __init__(self, vault: Open, clock: Clock, form: Form, copy: WorkingCopy, held: Sequence[Record]) -> None:
        self._vault = vault
        self._clock = clock
        self._form = form
        self._copy = copy
        self._held = {r.id: r for r in held}
        self._run = Runtime(form, copy.answers, today=clock.today(), new_id=self._new_id)
        self._others: set[str] = set()

    @classmethod
    def begin(cls, vault: Open, clock: Clock, household: str) -> Self:
        """The household's open visit, resumed where it was left, or a new one: on the visit the supervisor returned
        where there is one, prefilled with what the last visit found.

        Raises Failed: `not_found` for an unknown household, `form_missing` when no questionnaire has come yet.
        """
        held = vault.household(household)
        if not any(r.id == household for r in held):
            raise Failed("not_found")
        copy = vault.working(household)
        if copy is not None:
            return cls(vault, clock, _form(vault, copy.form_hash), copy, held)
        form = _form(vault, _newest_form(vault))
        copy = _new_copy(clock, vault, household, held, form)
        visit = cls(vault, clock, form, copy, held)
        visit._save()
        return visit

    @cached_property
    def _packs(self) -> list[Pack]:
        """The packs of this device; reading them takes longer than judging by them, so it is done once a visit."""
        return [Pack.from_wire(self._vault.document(i.hash)) for i in self._vault.documents("pack")]

    @property
    def id(self) -> str:
        return self._copy.visit

    @property
    def household(self) -> str:
        return self._copy.household

    @property
    def head(self) -> str:
        """The name of the household's head, for the title of the screen."""
        return str(self._held[self.household].heads.value("head") or "")

    @property
    def started_at(self) -> str:
        return self._copy.started_at

    @property
    def prefilled_from(self) -> date | None:
        """The date of the visit whose answers this one began with; they want confirming, not typing again."""
        last = _last_visit(self._held.values(), besides=self.id)
        on = last.heads.value("visited_on") if last else None
        return date.fromisoformat(on) if isinstance(on, str) else None

    def comments(self) -> tuple[Comment, ...]:
        """What a supervisor asked for when returning this visit; empty for a new one."""
        record = self._held.get(self.id)
        review = (record.heads.value("review") if record else None) or {}
        whole = [Comment("", review["comment"])] if review.get("comment") else []
        return (*whole, *(Comment(slot, text) for slot, text in sorted((review.get("comments") or {}).items())))

    def sections(self, lang: str = "zh") -> list[Section]:
        return self._run.sections(lang)

    def items(self, section: str, lang: str = "zh") -> list[Item]:
        return self._run.items(section, lang)

    def problems(self, lang: str = "zh") -> list[Trouble]:
        return self._run.problems(lang)

    def answer(self, path: str, value: Value) -> None:
        """Set one answer; None clears it. Raises Failed `disk_full` or `disk_error` when it could not be saved."""
        self._run.set(path, value)
        self._save()

    def add(self, path: str) -> str:
        """Add a row to a repeat; its id comes back."""
        instance = self._run.add(path)
        self._save()
        return instance

    def remove(self, path: str, instance: str) -> None:
        self._run.remove(path, instance)
        self._save()

    def propose(self) -> Result:
        """What the rules say of the answers so far, for every programme of the pack in force on the day of the visit.

        Raises Failed `pack_missing`, naming the day, when no pack applies.
        """
        known = self._facts()
        return assess(self._pack(known), known)

    def attach(self, purpose: str, data: bytes) -> str:
        """Seal a photo into the vault, without what the camera told about it; the attachment's id comes back, to be set
        as an answer. Raises Failed `photo_format` or `photo_too_big` for what cannot be kept."""
        picture = pictures.cleaned(data)
        return self._vault.put_attachment(self.household, self.id, purpose, picture.media_type, picture.data)

    def attachment(self, attachment: str) -> bytes:
        return self._vault.attachment(attachment)

    def known_here(self) -> tuple[Candidate, ...]:
        """The households on this device that somebody entered in this visit may belong to, as far as the worker has
        not said that they are other families."""
        found = candidates.known_here(self._vault, list(self._traces()))
        return tuple(c for c in found if c.household not in self._others)

    def is_another(self, household: str) -> None:
        """The worker says that this candidate is another family; *finish* writes it down, so that nobody asks again."""
        self._others.add(household)

    def discard(self) -> None:
        """End the working copy without a visit. Nothing of it has left this device."""
        self._vault.drop_working(self.id)

    def finish(self) -> Finished:
        """Turn the answers into changes and the assessment, and end the working copy, in one transaction.

        Raises Failed `unfinished` with the count while answers that would make the record meaningless are missing,
        and `visit_over` when it was finished in another window.
        """
        copy = self._vault.working(self.household)
        if copy is None or copy.visit != self.id:
            raise Failed("visit_over")
        hard = [t for t in self._run.problems("zh") if t.hard]
        if hard:
            raise Failed("unfinished", count=len(hard))
        drafts = self._drafts()
        result = self._result()
        assessment = None
        if result is not None:
            assessment = self._new_id()
            drafts.append(self._assessment(assessment, result))
        others = joined.registrations(self._vault, self._others)
        drafts += joined.part(self._vault, self.household, others, self._traces())
        changes = self._vault.write(drafts, ends=self.id)
        return Finished(self.id, assessment, result, len(changes))

    def _result(self) -> Result | None:
        if saved_from(self._run).visit.get("outcome") != "done":
            return None
        try:
            return self.propose()
        except Failed as failed:
            if failed.code != "pack_missing":
                raise
            return None  # the visit counts without a result; the server can assess it once a pack is published

    def _facts(self) -> Facts:
        out = saved_from(self._run)
        root = {**self._held[self.household].heads.values(), **_filled(out, "household", out.household)}
        return facts(str(root.get("area") or ""), root, self._people(out), out.visit)

    def _pack(self, known: Facts) -> Pack:
        on = date.fromisoformat(known.on) if known.on else self._clock.today()
        return choose(self._packs, known.area, on, known.household["group"])

    def _people(self, out: Saved) -> list[tuple[str, dict[str, Value]]]:
        before = {r.id: r.heads.values() for r in self._held.values() if r.kind == "member"}
        return [(member, {**before.get(member, {}), **_filled(out, member, sets)}) for member, sets in out.members]

    def _drafts(self) -> list[Draft]:
        out = saved_from(self._run)
        root = _filled(out, "household", out.household)
        heads = [s for m, s in out.members if str(s.get("relation")) in _HEAD_CODES]
        if heads and heads[0].get("name"):
            root["head"] = heads[0]["name"]
        drafts = [self._edit(self.household, "household", root)]
        for member, sets in out.members:
            new = member not in self._held
            values = _filled(out, member, sets)
            drafts.append(self._edit(member, "member", {**values, **({"person": self._new_id()} if new else {})}))
        # A member is removed when their row was, not when the questionnaire stopped asking about members.
        rows = set(_rows(self._run.answers()))
        drafts += [self._removal(r) for r in self._shown_members() if r not in rows]
        visit = {
            **_filled(out, "visit", out.visit),
            "form": self._form.hash,
            "status": "done",
            "investigators": out.visit.get("investigators") or [self._vault.name],
            "review": None,
        }
        drafts.append(self._edit(self.id, "visit", visit))
        return [d for d in drafts if d.sets]

    def _edit(self, record: str, kind: str, values: Mapping[str, Value]) -> Draft:
        shown = self._copy.shown.get(record, {})
        sets = {s: v for s, v in values.items() if codec.encode(v) != codec.encode(shown.get(s))}
        seen = self._copy.seen.get(record, {})
        return Draft(
            household=self.household,
            record=record,
            kind=kind,
            form=self._form.hash,
            sets=sets,
            seen=frozenset(c for slot in sets for c in seen.get(slot, ())),
        )

    def _removal(self, member: str) -> Draft:
        heads = self._held[member].heads
        return Draft(
            self.household, member, "member", self._form.hash, {"gone": "yes"}, merge.seeing_all(heads, heads.live)
        )

    def _shown_members(self) -> Iterable[str]:
        return [r for r in self._copy.shown if r in self._held and self._held[r].kind == "member"]

    def _assessment(self, record: str, result: Result) -> Draft:
        sets = {"visit": self.id, "pack": result.pack, "inputs": result.inputs, "result": result.wire()}
        return Draft(self.household, record, "assessment", "", sets, frozenset())

    def _traces(self) -> Iterator[Trace]:
        """What the people of the questionnaire can be found by."""
        area = self._held[self.household].area
        for member, values in self._people(saved_from(self._run)):
            name, born, number = (str(values.get(slot) or "") for slot in ("name", "born", "national_id"))
            yield Trace(member, self.household, area, name, born, number)

    def _save(self) -> None:
        self._copy = self._copy.with_answers(self._run.answers())
        self._vault.save_working(self._copy)

    def _new_id(self) -> str:
        return ids.record_id(self._clock.unix_ms(), self._clock.random(10))


_HEAD_CODES = frozenset({"01", "02"})


def _rows(answers: Value) -> Iterator[str]:
    """The ids of all rows of all repeats in a questionnaire's answers."""
    parts = answers.values() if isinstance(answers, Mapping) else answers if isinstance(answers, list) else ()
    if isinstance(answers, Mapping) and "_id" in answers:
        yield answers["_id"]
    for part in parts:
        yield from _rows(part)


def _filled(out: Saved, owner: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The slots of one record, with None for those that were asked and left blank: an answer taken back."""
    return {**{slot: None for who, slot in out.blank if who == owner}, **values}


def _new_copy(clock: Clock, vault: Open, household: str, held: Sequence[Record], form: Form) -> WorkingCopy:
    root = next(r for r in held if r.id == household)
    people = households.present_members(held)
    last = _last_visit(held)
    returned = last is not None and last.heads.value("status") == "returned"
    visit = last.id if last is not None and returned else ids.record_id(clock.unix_ms(), clock.random(10))
    before = last.heads.values() if last else {}
    carried = before if returned else {**{s: v for s, v in before.items() if s not in _NOT_CARRIED}}
    carried.setdefault("visited_on", clock.today().isoformat())
    carried.setdefault("hukou", root.heads.value("hukou"))
    member_heads = {r.id: r.heads for r in held if r.kind == "member"}
    shown: dict[str, Heads] = {household: root.heads, **{m: member_heads[m] for m, _ in people}}
    if last is not None and returned:
        shown[visit] = last.heads
    return WorkingCopy(
        visit=visit,
        household=household,
        form_hash=form.hash,
        answers=prefill(form, root.heads.values(), people, carried),
        seen={r: {slot: sorted(merge.seeing(h, [slot])) for slot in h.live} for r, h in shown.items()},
        shown={r: h.values() for r, h in shown.items()},
        started_at=clock.stamp(),
    )


_NOT_CARRIED = frozenset(
    {
        "visited_on",
        "outcome",
        "status",
        "review",
        "investigators",
        "respondent",
        "signatures",
        "evidence",
        "form",
        "skew",
    }
)
"""What belongs to one visit only. The rest (incomes, assets, housing …) begins the next one as unconfirmed answers."""


def _last_visit(held: Iterable[Record], besides: str = "") -> Record | None:
    visits = [r for r in held if r.kind == "visit" and r.id != besides]
    return max(visits, key=lambda r: (str(r.heads.value("visited_on") or ""), r.id), default=None)


def _newest_form(vault: Open) -> str:
    forms = [i for i in vault.documents("form") if i.name == FORM]
    if not forms:
        raise Failed("form_missing")
    return forms[-1].hash


def _form(vault: Open, form_hash: str) -> Form:
    document = vault.document(form_hash)
    if document is None:
        raise Failed("form_missing")
    return Form.from_wire(document)


__all__ = ["Comment", "Finished", "Group", "Instance", "Item", "OpenVisit", "Question", "Repeat", "Section", "Trouble"]
