"""How a visit begins: with which questionnaire, on which visit record, and from which answers.

The working copy takes down what was shown and which live writes stood behind it, because `app.work.finishing` writes
only what differs from that.
"""

from collections.abc import Iterable, Sequence

from app.vault.open import Open
from app.vault.records import Record
from app.vault.working import WorkingCopy
from app.work import household as households
from schemas import ids, merge
from schemas.clock import Clock
from schemas.forms.model import Form
from schemas.forms.saves import prefill
from schemas.merge import Heads
from schemas.problems import Failed

FORM = "means-visit"

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


def new_copy(clock: Clock, household: str, held: Sequence[Record], form: Form) -> WorkingCopy:
    """A working copy of the household whose records are `held`: on the visit that was returned where the last one was,
    else on a new one, prefilled with what the last visit found."""
    root = next(r for r in held if r.id == household)
    people = households.present_members(held)
    last = last_visit(held)
    returned = last is not None and last.heads.value("status") == "returned"
    visit = last.id if last is not None and returned else ids.record_id(clock.unix_ms(), clock.random(10))
    before = last.heads.values() if last else {}
    carried = before if returned else {s: v for s, v in before.items() if s not in _NOT_CARRIED}
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


def last_visit(held: Iterable[Record], besides: str = "") -> Record | None:
    """The latest visit among these records, other than one; None when there is none."""
    visits = [r for r in held if r.kind == "visit" and r.id != besides]
    return max(visits, key=lambda r: (str(r.heads.value("visited_on") or ""), r.id), default=None)


def newest_form(vault: Open) -> Form:
    """The questionnaire of a new visit. Raises Failed("form_missing") when none has come yet."""
    forms = [i for i in vault.documents("form") if i.name == FORM]
    if not forms:
        raise Failed("form_missing")
    return form(vault, forms[-1].hash)


def form(vault: Open, form_hash: str) -> Form:
    """A questionnaire by its hash. Raises Failed("form_missing")."""
    document = vault.document(form_hash)
    if document is None:
        raise Failed("form_missing")
    return Form.from_wire(document)
