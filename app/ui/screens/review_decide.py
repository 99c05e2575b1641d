"""The two dialogs that end a review: approving, which says in words what is being decided, and returning, which says
what to look at again, as a whole and answer by answer."""

from collections.abc import Awaitable, Callable
from functools import partial

import flet as ft

from app.review.answers import Slot, VisitPage
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, fields, text
from app.ui.parts.dialogs import deciding
from app.ui.parts.verdict import amount
from schemas.policy.result import Programme, Result


@ft.component
def Approve(
    desk: Desk, page: VisitPage, busy: bool, go: Callable[[str], Awaitable[None]], close: Callable[[], None]
) -> ft.Control:
    reason, set_reason = ft.use_state("")
    programmes = _programmes(page)
    refuses = any(p.verdict == "not" for p in programmes)
    body: list[ft.Control] = [_decision(desk, p) for p in programmes]
    if not programmes:
        told = desk.t("review.no_visit", outcome=desk.label("outcome", page.outcome))
        body.append(text.body(told))
    body.append(text.soft(desk.t("decide.by_you")))
    body.append(
        fields.field(
            desk.t("decide.reason"),
            reason,
            multiline=True,
            min_lines=2,
            on_change=lambda e: set_reason(e.control.value),
        )
    )
    approve = actions.primary(
        desk.t("decide.go"),
        partial(go, reason.strip()),
        disabled=busy or (refuses and not reason.strip()),
        id="approve-go",
    )
    ft.use_dialog(deciding(desk, desk.t("decide.title"), body, approve, close))
    return ft.Container()


@ft.component
def Return(
    desk: Desk,
    page: VisitPage,
    busy: bool,
    go: Callable[[str, dict[str, str]], Awaitable[None]],
    close: Callable[[], None],
) -> ft.Control:
    comment, set_comment = ft.use_state("")
    comments, set_comments = ft.use_state(dict[str, str]())
    asked = [s for s in visit_slots(page) if s.slot in comments]
    body: list[ft.Control] = [
        fields.field(
            desk.t("return.comment"),
            comment,
            multiline=True,
            min_lines=3,
            autofocus=True,
            on_change=lambda e: set_comment(e.control.value),
        ),
        *(_about(desk, s, comments, set_comments) for s in asked),
        _chooser(desk, page, comments, set_comments),
    ]
    said = {slot: words.strip() for slot, words in comments.items() if words.strip()}
    give_back = actions.primary(
        desk.t("return.go"),
        partial(go, comment.strip(), said),
        disabled=busy or not (comment.strip() or said),
        id="return-go",
    )
    ft.use_dialog(deciding(desk, desk.t("return.title"), body, give_back, close))
    return ft.Container()


def _programmes(page: VisitPage) -> tuple[Programme, ...]:
    if page.assessment is None or page.outcome != "done":
        return ()
    return Result.from_wire(page.assessment.result).programmes


def _decision(desk: Desk, programme: Programme) -> ft.Control:
    words = desk.label("verdict", programme.verdict)
    figure = amount(programme, desk.lang)
    lines: list[ft.Control] = [text.title(desk.t("decide.says", programme=desk.pick(programme.title), verdict=words))]
    if figure:
        lines.append(text.headline(desk.t("decide.amount", amount=figure)))
    lines.append(text.body(desk.pick(programme.because)))
    return ft.Column(lines, spacing=2, tight=True)


def visit_slots(page: VisitPage) -> tuple[Slot, ...]:
    """The slots of the visit itself, in the order of the catalogue."""
    return tuple(slot for section in page.sections if section.kind == "visit" for slot in section.slots)


def _about(
    desk: Desk, slot: Slot, comments: dict[str, str], set_comments: Callable[[dict[str, str]], None]
) -> ft.Control:
    return fields.field(
        desk.t("return.slot", what=desk.pick(slot.label)),
        comments[slot.slot],
        key=f"about-{slot.slot}",
        on_change=lambda e: set_comments({**comments, slot.slot: e.control.value}),
    )


def _chooser(
    desk: Desk, page: VisitPage, comments: dict[str, str], set_comments: Callable[[dict[str, str]], None]
) -> ft.Control:
    left = [s for s in visit_slots(page) if s.slot not in comments]
    return actions.named(
        "return-about",
        ft.Dropdown(
            label=desk.t("return.about"),
            hint_text=desk.t("return.pick"),
            options=[ft.DropdownOption(key=s.slot, text=desk.pick(s.label)) for s in left],
            value=None,
            border=theme.outline(),
            expand=True,
            key=f"chooser-{len(comments)}",
            on_select=lambda e: set_comments({**comments, e.control.value: ""}) if e.control.value else None,
        ),
    )
