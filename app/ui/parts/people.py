"""The people of a household: one row each, and those that were removed."""

from collections.abc import Callable, Sequence

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.household_row import initial
from app.work.household import MemberCard


def members(desk: Desk, people: Sequence[MemberCard], household: str, managed: bool) -> ft.Control:
    """Everybody who lives there; each can be taken out where the household is `managed`."""
    rows: list[ft.Control] = [text.soft(desk.t("household.no_members"))] if not people else []
    for member in people:
        if rows:
            rows.append(ft.Divider())
        rows.append(_member(desk, member, _menu(desk, household, member) if managed else None))
    count = text.soft(desk.t("row.members", n=len(people)))
    return cards.section(desk.t("household.members"), [cards.card(rows)], trailing=count)


def removed(desk: Desk, people: Sequence[MemberCard], household: str) -> list[ft.Control]:
    """Those that were removed, each with the reason and a way to have them back; nothing when there are none."""
    if not people:
        return []
    rows: list[ft.Control] = []
    for member in people:
        if rows:
            rows.append(ft.Divider())
        rows.append(_removed(desk, member, household))
    return [cards.section(desk.t("remove.members"), [cards.card(rows)])]


def _member(desk: Desk, member: MemberCard, menu: ft.Control | None) -> ft.Control:
    age = desk.t("household.age_unknown") if member.age is None else desk.t("household.age", n=member.age)
    about = [desk.pick(member.relation), desk.pick(member.sex), age]
    lines: list[ft.Control] = [
        text.title(member.name or desk.t("row.nameless")),
        text.soft(" · ".join(x for x in about if x)),
    ]
    if member.id_tail:
        lines.append(text.soft(desk.t("household.id_tail", tail=member.id_tail)))
    if member.codes:
        lines.append(text.soft(desk.t("joined.from", codes=" · ".join(member.codes))))
    told: list[ft.Control] = [status.chip(desk.pick(t), "plain", icon=ft.Icons.LABEL_OUTLINE) for t in member.tags]
    if member.conflicts:
        told.append(status.chip(desk.t("row.conflicts", n=member.conflicts), "bad", icon=ft.Icons.CALL_SPLIT))
    if told:
        lines.append(ft.Container(ft.Row(told, wrap=True, spacing=6, run_spacing=6), padding=ft.Padding.only(top=4)))
    row: list[ft.Control] = [ft.Column(lines, spacing=1, expand=True, tight=True)]
    if desk.scale <= 1.5:
        row.insert(0, initial(member.name))
    if menu is not None:
        row.append(menu)
    return ft.Row(row, spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)


def _menu(desk: Desk, household: str, member: MemberCard) -> ft.Control:
    item = ft.PopupMenuItem(
        desk.t("manage.remove_member"),
        icon=ft.Icons.PERSON_REMOVE_OUTLINED,
        on_click=_open(desk, f"/household/{household}/member/{member.member}/remove"),
    )
    label = desk.t("manage.of", name=member.name or desk.t("row.nameless"))
    return actions.named(
        f"member-{member.member}", ft.PopupMenuButton(items=[item], icon=ft.Icons.MORE_VERT, tooltip=label)
    )


def _removed(desk: Desk, member: MemberCard, household: str) -> ft.Control:
    lines: list[ft.Control] = [text.title(member.name or desk.t("row.nameless"))]
    if member.why:
        lines.append(text.soft(desk.t("remove.why", why=member.why)))
    if member.contested:
        lines.append(ft.Row([status.chip(desk.t("remove.contested_member"), "bad")], wrap=True))
    back = actions.quiet(
        desk.t("manage.restore_member"),
        _open(desk, f"/household/{household}/member/{member.member}/restore"),
        id=f"restore-{member.member}",
    )
    return ft.Row([ft.Column(lines, spacing=2, expand=True, tight=True), back], spacing=10)


def _open(desk: Desk, route: str) -> Callable[[], None]:
    return lambda: desk.go(route)
