"""A household as one row of a list: the name first, then where, then what wants doing, in words."""

from collections.abc import Callable

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import cards, status, text
from app.work.lines import Line


def household_row(desk: Desk, line: Line, on_click: Callable[[], None], *, selected: bool = False) -> ft.Control:
    """A row that opens the household. Chips show at most what matters now; details are on its page."""
    place = [line.address] if line.area_name in line.address else [line.area_name, line.address]
    facts = [*place, desk.t("row.members", n=line.members)]
    lines: list[ft.Control] = [
        text.title(line.head or desk.t("row.nameless"), max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
        text.soft(" · ".join(f for f in facts if f), max_lines=3, overflow=ft.TextOverflow.ELLIPSIS),
    ]
    told = chips(desk, line)
    if told:
        lines.append(ft.Container(ft.Row(told, wrap=True, spacing=6, run_spacing=6), padding=ft.Padding.only(top=4)))
    # At the largest text the room belongs to the words.
    face = [] if desk.scale > 1.5 else [initial(line.head, ground=theme.CARD if selected else theme.GREEN_SOFT)]
    content = ft.Row(
        [
            *face,
            ft.Column(lines, spacing=2, expand=True, tight=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.LINE_STRONG, size=24),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return cards.pressable(content, on_click, id=f"household-{line.household}", selected=selected)


def chips(desk: Desk, line: Line) -> list[ft.Control]:
    """What wants doing about a household."""
    out: list[ft.Control] = []
    if line.working:
        out.append(status.chip(desk.t("row.open"), "info", icon=ft.Icons.EDIT_NOTE))
    if line.returned and not line.working:
        out.append(status.chip(desk.t("row.returned"), "warn", icon=ft.Icons.REPLY))
    due = due_chip(desk, line)
    if due is not None and not line.working:
        out.append(due)
    if len(line.registrations) > 1:
        out.append(status.chip(desk.t("joined.chip", n=len(line.registrations)), "plain", icon=ft.Icons.MERGE))
    if line.contested:
        out.append(status.chip(desk.t("remove.contested_chip"), "bad", icon=ft.Icons.CALL_SPLIT))
    if line.gone:
        out.append(status.chip(desk.t("remove.list"), "plain", icon=ft.Icons.DELETE_OUTLINE))
    if line.conflicts:
        out.append(status.chip(desk.t("row.conflicts", n=line.conflicts), "bad", icon=ft.Icons.CALL_SPLIT))
    if line.waiting:
        out.append(status.chip(desk.t("row.waiting"), "plain", icon=ft.Icons.CLOUD_UPLOAD_OUTLINED))
    return out


def due_chip(desk: Desk, line: Line) -> ft.Control | None:
    """When the visit is due, or when the last one was; None when there is neither."""
    planned, today = line.planned_on, desk.today()
    if planned is None or (line.visited_on is not None and line.visited_on >= min(planned, today)):
        if line.visited_on is None:
            return None
        return status.chip(desk.t("row.visited", day=desk.date(line.visited_on)), "ok")
    days: int = (planned - today).days
    if days < 0:
        return status.chip(desk.t("row.overdue", n=-days), "warn", icon=ft.Icons.SCHEDULE)
    words = {0: desk.t("row.due_today"), 1: desk.t("row.due_tomorrow")}.get(
        days, desk.t("row.due", day=desk.date(planned))
    )
    return status.chip(words, "plain" if days else "info", icon=ft.Icons.EVENT)


def initial(name: str, size: float = 46, ground: str = theme.GREEN_SOFT) -> ft.Control:
    """The first character of a name on a round ground, so that a list can be scanned by surname."""
    return ft.Container(
        ft.Text(name[:1] or "·", size=size * 0.42, weight=ft.FontWeight.W_600, color=theme.GREEN_DEEP),
        width=size,
        height=size,
        border_radius=size / 2,
        bgcolor=ground,
        alignment=ft.Alignment.CENTER,
    )
