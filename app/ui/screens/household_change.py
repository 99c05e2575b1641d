"""Taking a household or a member off the lists, having them back, moving to another village: each says beforehand what
will happen, and a removal asks for the reason in words."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, status, text
from app.ui.parts.frame import frame
from app.work.household import HouseholdPage
from schemas import ids
from schemas.problems import Failed


@dataclass(frozen=True)
class Deed:
    """What is asked and done: `words` begins the keys of its words, `told` is said once `act` is done with the
    reason."""

    words: str
    name: str
    go: str
    told: str
    act: Callable[[str], None]
    danger: bool = False


@ft.component
def Remove(desk: Desk, household: str, key: str = "") -> ft.Control:
    work = desk.work
    name = ft.use_memo(lambda: _name(desk, household), [work, household])
    deed = Deed("remove.", name, "manage.remove", "remove.done", lambda why: work.remove(household, why), danger=True)
    return Reasoned(desk, deed, household, key="remove")


@ft.component
def Restore(desk: Desk, household: str, key: str = "") -> ft.Control:
    work = desk.work
    name = ft.use_memo(lambda: _name(desk, household), [work, household])
    deed = Deed("restore.", name, "manage.restore", "restore.done", lambda why: work.restore(household, why))
    return Reasoned(desk, deed, household, key="restore")


@ft.component
def RemoveMember(desk: Desk, household: str, member: str, key: str = "") -> ft.Control:
    work = desk.work
    name = ft.use_memo(lambda: _member(desk, household, member), [work, household, member])
    deed = Deed(
        "remove.member_",
        name,
        "manage.remove_member",
        "remove.member_done",
        lambda why: work.remove_member(member, why),
        danger=True,
    )
    return Reasoned(desk, deed, household, key="remove-member")


@ft.component
def RestoreMember(desk: Desk, household: str, member: str, key: str = "") -> ft.Control:
    work = desk.work
    name = ft.use_memo(lambda: _member(desk, household, member), [work, household, member])
    deed = Deed(
        "restore.member_",
        name,
        "manage.restore_member",
        "restore.done",
        lambda why: work.restore_member(member, why),
    )
    return Reasoned(desk, deed, household, key="restore-member")


@ft.component
def Reasoned(desk: Desk, deed: Deed, household: str, key: str = "") -> ft.Control:
    """Asks for the reason and does it."""
    why, set_why = ft.use_state("")
    tried, set_tried = ft.use_state(False)
    busy, set_busy = ft.use_state(False)

    async def submit() -> None:
        set_tried(True)
        if busy or not why.strip():
            return
        set_busy(True)
        try:
            await desk.off(deed.act, why.strip())
        except Failed as failed:
            set_busy(False)
            desk.trouble(failed)
            return
        desk.wrote()
        desk.go(f"/household/{household}")
        desk.tell(desk.t(deed.told), "ok")

    field = fields.field(
        desk.t("manage.why"),
        why,
        helper=desk.t(f"{deed.words}hint"),
        error=desk.t("manage.need_why") if tried and not why.strip() else None,
        on_change=lambda e: set_why(e.control.value),
        multiline=True,
        min_lines=2,
        max_lines=5,
        autofocus=True,
        disabled=busy,
    )
    form = cards.card(
        [text.title(desk.t(f"{deed.words}ask", name=deed.name)), text.body(desk.t(f"{deed.words}body")), field]
    )
    kind = actions.danger if deed.danger else actions.primary
    go = kind(desk.t(deed.go), submit, disabled=busy, id="submit", expand=not desk.wide)
    return frame(
        desk, desk.t(deed.go), [form], subtitle=deed.name, back=f"/household/{household}", footer=[go], column=640
    )


@ft.component
def Move(desk: Desk, household: str, key: str = "") -> ft.Control:
    """Another village: one of the worker's own, or any by its code."""
    work = desk.work
    page = ft.use_memo(lambda: _page(desk, household), [work, household])
    picked, pick = ft.use_state("")
    typed, set_typed = ft.use_state("")
    tried, set_tried = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    here = page.line.area if page else ""
    own = [a for a in work.areas() if a.code != here]
    target = typed.strip() or picked
    wrong = bool(typed.strip()) and not ids.is_area(typed.strip())
    mine = any(a.code == target for a in work.areas())

    async def submit() -> None:
        set_tried(True)
        if busy or not target or wrong or target == here:
            return
        set_busy(True)
        try:
            own_area = await desk.off(work.move, household, target)
        except Failed as failed:
            set_busy(False)
            desk.trouble(failed)
            return
        names = {a.code: a.name for a in work.areas()}
        desk.wrote()
        desk.go(f"/household/{household}")
        desk.tell(desk.t("move.done", name=names[target]) if own_area else desk.t("move.asked"), "ok")

    def put(code: str) -> None:
        pick(code)
        set_typed("")

    parts: list[ft.Control] = []
    if own:
        radios = ft.RadioGroup(
            ft.Column([ft.Radio(value=a.code, label=a.name) for a in own], spacing=2),
            value=picked if not typed.strip() else "",
            on_change=lambda e: put(e.control.value or ""),
        )
        parts.append(ft.Column([text.title(desk.t("move.own")), ft.Semantics(identifier="move-own", content=radios)]))
    parts.append(text.title(desk.t("move.other")))
    parts.append(
        fields.field(
            desk.t("move.typed"),
            typed,
            error=desk.t("move.typed_wrong") if wrong and tried else None,
            on_change=lambda e: set_typed(e.control.value),
            keyboard_type=ft.KeyboardType.NUMBER,
            disabled=busy,
        )
    )
    told: list[ft.Control] = []
    if target and not wrong:
        told.append(status.banner(desk.t("move.body_own" if mine else "move.body_other"), "info" if mine else "warn"))
    elif tried and not target:
        told.append(status.banner(desk.t("move.pick"), "bad"))
    go = actions.primary(
        desk.t("move.go"), submit, icon=ft.Icons.MOVE_DOWN, disabled=busy, id="submit", expand=not desk.wide
    )
    return frame(
        desk,
        desk.t("move.title"),
        [cards.card(parts, spacing=18), *told],
        subtitle=page.line.head if page else "",
        back=f"/household/{household}",
        footer=[go],
        column=640,
    )


def _page(desk: Desk, household: str) -> HouseholdPage | None:
    try:
        return desk.work.household(household)
    except Failed:
        return None


def _name(desk: Desk, household: str) -> str:
    page = _page(desk, household)
    return (page.line.head if page else "") or desk.t("row.nameless")


def _member(desk: Desk, household: str, member: str) -> str:
    page = _page(desk, household)
    people = (*page.members, *page.removed) if page else ()
    return next((m.name for m in people if m.member == member), "") or desk.t("row.nameless")


__all__ = ["Move", "Remove", "RemoveMember", "Restore", "RestoreMember"]
