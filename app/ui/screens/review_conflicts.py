"""Both sides of a conflict next to each other: the value, who wrote it, when, on which device, and what the decision
would be with it. One gesture settles what changes nothing; what flips the outcome asks for a reason first, and so does
a record that one person removed while another wrote to it, with what was written behind the remover's back."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import flet as ft

from app.review.disputes import Behind, Conflict, Proposal, Side
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, status, text
from app.ui.parts.asking import use_pick
from app.ui.parts.dialogs import deciding
from app.ui.screens.review_clock import clock
from app.ui.screens.review_values import Reading, lines
from schemas.merge import GONE, YES

EFFECT_TONE: dict[str, theme.Tone] = {"decision": "bad", "unknown": "warn", "facts": "warn", "none": "plain"}

Settle = Callable[[Conflict, Side, str], Awaitable[bool]]
"""Settles for a side with a reason; whether it was settled."""


@ft.component
def Conflicts(
    desk: Desk,
    conflicts: Sequence[Conflict],
    members: Reading,
    may_settle: bool,
    settle: Settle,
    *,
    titled: bool = True,
) -> ft.Control:
    asking, ask = use_pick(tuple[Conflict, Side])
    reason, set_reason = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def choose(conflict: Conflict, side: Side, why: str) -> None:
        if busy:
            return
        set_busy(True)
        settled = await settle(conflict, side, why)
        set_busy(False)
        if settled:
            ask(None)
            set_reason("")

    async def pressed(conflict: Conflict, side: Side) -> None:
        if conflict.effect == "decision" or conflict.slot == GONE:
            ask((conflict, side))
        else:
            await choose(conflict, side, "")

    ft.use_dialog(_question(desk, asking, members, reason, set_reason, busy, choose, ask) if asking else None)
    rows = [_conflict(desk, c, members, may_settle and not busy, pressed, apart=titled) for c in conflicts]
    return cards.section(desk.t("conflict.title"), rows) if titled else ft.Column(rows, spacing=10)


def _conflict(
    desk: Desk,
    conflict: Conflict,
    reading: Reading,
    may_settle: bool,
    pressed: Callable[[Conflict, Side], Awaitable[None]],
    *,
    apart: bool,
) -> ft.Control:
    """One conflict; `apart` on a card of its own."""
    head = ft.Row(
        [
            text.label(_named(desk, conflict)),
            status.chip(desk.t(f"conflict.{conflict.effect}"), EFFECT_TONE.get(conflict.effect, "plain")),
        ],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        wrap=True,
        spacing=12,
        run_spacing=4,
    )
    sides: list[ft.Control] = [_side(desk, conflict, side, reading, may_settle, pressed) for side in conflict.sides]
    beside = ft.ResponsiveRow([ft.Container(s, col={"xs": 12, "md": 6}) for s in sides], spacing=10, run_spacing=10)
    if apart:
        return cards.card([head, beside])
    return ft.Column([head, beside], spacing=10, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _side(
    desk: Desk,
    conflict: Conflict,
    side: Side,
    reading: Reading,
    may_settle: bool,
    pressed: Callable[[Conflict, Side], Awaitable[None]],
) -> ft.Control:
    parts: list[ft.Control] = [text.title(line) for line in _told(desk, conflict, side, reading)]
    if conflict.slot == GONE and side.value != YES:
        parts += [text.body(_behind(desk, each, reading)) for each in conflict.behind]
    parts.append(text.soft(desk.t("conflict.who", name=side.name, at=desk.moment(side.at))))
    if wrong := clock(desk, side.skew):
        parts.append(text.soft(desk.t("clock.side", clock=wrong)))
    device = desk.t("conflict.desk") if side.device_name == "desk" else side.device_name
    received = desk.t("queue.received", at=desk.moment(side.received_at))
    parts.append(text.soft(f"{desk.t('conflict.device', device=device)} · {received}"))
    if conflict.effect == "decision":
        parts += [text.body(desk.t("conflict.if", outcome=outcome(desk, p))) for p in side.proposals]
    if may_settle:
        keep = actions.secondary(
            _keep(desk, conflict, side),
            partial(pressed, conflict, side),
            icon=ft.Icons.CHECK,
            id=f"keep-{conflict.slot}-{side.change[:6]}",
        )
        parts.append(ft.Container(keep, padding=ft.Padding.only(top=6)))
    return ft.Container(
        ft.Column(parts, spacing=3, horizontal_alignment=ft.CrossAxisAlignment.START),
        padding=14,
        bgcolor=theme.SUNKEN,
        border_radius=theme.RADIUS,
    )


def outcome(desk: Desk, proposal: Proposal) -> str:
    """A proposal in a few words: verdict, and the amount when there is one to pay."""
    words = desk.label("verdict", proposal.verdict)
    if proposal.verdict != "eligible":
        return words
    return desk.t("review.decided", verdict=words, amount=desk.money(proposal.amount))


def _told(desk: Desk, conflict: Conflict, side: Side, reading: Reading) -> tuple[str, ...]:
    if conflict.slot != GONE:
        return lines(conflict.slot, conflict.type, conflict.codes, side.value, reading)
    if side.value != YES:
        return (desk.t("gone.no" if conflict.behind else "gone.no_rival"),)
    return (desk.t("gone.yes_household" if conflict.kind == "household" else "gone.yes_member"),)


def _behind(desk: Desk, each: Behind, reading: Reading) -> str:
    value = "；".join(lines(each.slot, each.type, each.codes, each.value, reading))
    return desk.t("gone.behind", what=desk.pick(each.label), value=value)


def _keep(desk: Desk, conflict: Conflict, side: Side) -> str:
    if conflict.slot != GONE:
        return desk.t("conflict.keep")
    return desk.t("gone.keep_yes" if side.value == YES else "gone.keep_no")


def _named(desk: Desk, conflict: Conflict) -> str:
    if conflict.slot == GONE:
        if conflict.kind == "household":
            return desk.t("gone.household")
        return desk.t("gone.member", who=conflict.title) if conflict.title else desk.t("gone.member_nameless")
    what = desk.pick(conflict.label)
    return desk.t("conflict.of", who=conflict.title, what=what) if conflict.title else what


def _question(
    desk: Desk,
    asking: tuple[Conflict, Side],
    reading: Reading,
    reason: str,
    set_reason: Callable[[str], None],
    busy: bool,
    choose: Callable[[Conflict, Side, str], Awaitable[None]],
    ask: Callable[[None], None],
) -> ft.AlertDialog:
    conflict, side = asking
    removes = conflict.slot == GONE and side.value == YES
    if conflict.slot == GONE:
        title = desk.t("gone.ask_yes" if removes else "gone.ask_no")
    else:
        value = "；".join(lines(conflict.slot, conflict.type, conflict.codes, side.value, reading))
        title = desk.t("conflict.ask", value=value)
    body: list[ft.Control] = [text.body(desk.t("conflict.if", outcome=outcome(desk, p))) for p in side.proposals]
    if removes:
        body.append(text.body(desk.t("gone.note_yes")))
    body.append(
        fields.field(
            desk.t("conflict.reason"),
            reason,
            multiline=True,
            min_lines=2,
            autofocus=True,
            on_change=lambda e: set_reason(e.control.value),
        )
    )
    settle = actions.primary(
        _keep(desk, conflict, side),
        partial(choose, conflict, side, reason),
        disabled=busy or not reason.strip(),
        id="settle",
    )
    return deciding(desk, title, body, settle, lambda: ask(None))
