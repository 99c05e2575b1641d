"""One home visit, from the doorstep to *finish*.

The open visit is a working copy in the vault, saved at each answer; it is no change yet and nobody else sees it. When
it is opened (`app.work.beginning`) it takes down what it showed (`shown`) and which live writes stood behind that
(`seen`). *Finish* compares its answers with what was shown and writes one change per record for what differs
(`app.work.finishing`), plus the assessment, in one transaction that also ends the working copy: after a power cut there
is either the open visit or the finished one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from app.vault.open import Open
from app.vault.records import Record
from app.vault.working import WorkingCopy
from app.work import beginning, candidates, finishing, joined, pictures
from app.work.answered import Answered
from app.work.candidates import Candidate
from schemas import ids
from schemas.clock import Clock
from schemas.codec import Value
from schemas.forms.model import Form
from schemas.forms.runtime import Group, Instance, Item, Question, Repeat, Runtime, Section, Trouble
from schemas.forms.saves import saved_from
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import Facts
from schemas.policy.model import Pack
from schemas.policy.result import Result
from schemas.problems import Failed


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
        self._held = {r.id: r for r in held}
        self._run = Runtime(form, copy.answers, today=clock.today(), new_id=self._new_id)
        self._copy = copy.with_answers(self._run.answers())
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
            return cls(vault, clock, beginning.form(vault, copy.form_hash), copy, held)
        form = beginning.newest_form(vault)
        copy = beginning.new_copy(clock, household, held, form)
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
        last = beginning.last_visit(self._held.values(), besides=self.id)
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
        known = self._answered().facts()
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
        found = candidates.known_here(self._vault, list(self._answered().traces()))
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
        answered = self._answered()
        drafts = finishing.drafts(self._copy, answered, self._vault.name, self._new_id)
        result = self._result()
        assessment = None
        if result is not None:
            assessment = self._new_id()
            drafts.append(finishing.assessment(self._copy, assessment, result))
        others = joined.registrations(self._vault, self._others)
        drafts += joined.part(self._vault, self.household, others, answered.traces())
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

    def _pack(self, known: Facts) -> Pack:
        on = date.fromisoformat(known.on) if known.on else self._clock.today()
        return choose(self._packs, known.area, on, known.household["group"])

    def _answered(self) -> Answered:
        return Answered(self.household, self._held, saved_from(self._run))

    def _save(self) -> None:
        self._copy = self._copy.with_answers(self._run.answers())
        self._vault.save_working(self._copy)

    def _new_id(self) -> str:
        return ids.record_id(self._clock.unix_ms(), self._clock.random(10))


def questions(items: Sequence[Item]) -> Iterator[Question]:
    """Every question among these, through groups and rows."""
    for item in items:
        match item:
            case Question():
                yield item
            case Group():
                yield from questions(item.items)
            case _:
                for instance in item.instances:
                    yield from questions(instance.items)


__all__ = [
    "Comment", "Finished", "Group", "Instance", "Item", "OpenVisit", "Question", "Repeat", "Section", "Trouble",
    "questions",
]  # fmt: skip
