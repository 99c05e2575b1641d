"""Every household of the worker's villages, found by a few characters of anything about it."""

from collections.abc import Callable

import flet as ft

from app.ui import theme
from app.ui.desk import Desk, Finding
from app.ui.parts import actions, fields, status, text
from app.ui.parts.frame import frame
from app.ui.parts.household_row import household_row
from app.work.lines import Found
from app.work.work import AreaName

NEW = ft.Icons.ADD_HOME_OUTLINED


@ft.component
def Households(desk: Desk, key: str = "") -> ft.Control:
    return List(desk, desk.finding, key="list")


@ft.component
def Pick(desk: Desk, key: str = "") -> ft.Control:
    """What stands beside the list while no household is open."""
    words = status.empty(ft.Icons.HOLIDAY_VILLAGE_OUTLINED, desk.t("households.pick"), desk.t("households.pick_body"))
    return ft.Column(
        [words],
        expand=True,
        alignment=ft.MainAxisAlignment.CENTER,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
def List(desk: Desk, finding: Finding, key: str = "") -> ft.Control:
    work = desk.work
    areas = ft.use_memo(work.areas, [desk.fresh, work])
    look = work.removed if finding.gone else work.households
    sought = [finding.text, finding.area, finding.gone]
    found = ft.use_memo(lambda: look(finding.text, finding.area), [desk.fresh, work, *sought])
    gone = ft.use_memo(lambda: work.removed().total, [desk.fresh, work])
    listed = desk.two_panes
    opened = desk.route.split("/")[2] if desk.route.startswith("/household/") else ""
    column = ft.ListView(
        [
            household_row(desk, line, _open(desk, line.household), selected=listed and line.household == opened)
            for line in found.lines
        ],
        spacing=10,
        padding=ft.Padding.only(bottom=20, right=2, left=2),
        expand=True,
    )
    kind = actions.quiet if desk.scale <= 1.25 else _bare
    new = kind(desk.t("households.register"), lambda: desk.go("/register"), icon=NEW, id="register")
    body: list[ft.Control] = [_search(desk, finding), *_areas(desk, finding, areas, gone)]
    if found.lines:
        body += [text.soft(_total(desk, found)), column]
    else:
        body.append(_nothing(desk, finding))
    # Beside a screen that tells what happened, the list need not tell it too.
    alone = not listed or desk.route.rstrip("/") == "/households"
    return frame(desk, desk.t("households.title"), body, buttons=[new], scroll=False, notices=alone, id="households")


def _bare(text: str, on_click: actions.Handler, *, icon: ft.IconData, id: str) -> ft.Control:
    return actions.icon(icon, text, on_click, id=id)


def _open(desk: Desk, household: str) -> actions.Handler:
    return lambda: desk.go(f"/household/{household}")


def _search(desk: Desk, finding: Finding) -> ft.Control:
    def put(event: ft.Event[ft.TextField]) -> None:
        finding.text = event.control.value

    def clear() -> None:
        finding.text = ""

    wipe = ft.IconButton(ft.Icons.CLOSE, tooltip=desk.t("households.clear"), on_click=clear) if finding.text else None
    return fields.field(
        desk.t("households.search"),
        finding.text,
        hint_text=desk.t("households.hint"),
        on_change=put,
        prefix_icon=ft.Icons.SEARCH,
        suffix_icon=wipe,
        autocorrect=False,
    )


def _areas(desk: Desk, finding: Finding, areas: list[AreaName], gone: int) -> list[ft.Control]:
    """A row of villages to narrow the list by, and of the households that were removed; nothing for a worker of one
    village who has removed none."""
    if len(areas) < 2 and not gone and not finding.gone:
        return []

    def choice(id: str, name: str, lit: bool, choose: Callable[[], None]) -> ft.Control:
        return ft.Semantics(
            identifier=id,
            selected=lit,
            button=True,
            content=ft.Container(
                ft.Text(name, theme_style=theme.LABEL, color="#FFFFFF" if lit else theme.INK),
                padding=ft.Padding.symmetric(vertical=13, horizontal=16),
                border_radius=24,
                bgcolor=theme.GREEN if lit else theme.CARD,
                border=ft.Border.all(1, theme.GREEN if lit else theme.LINE),
                ink=True,
                on_click=choose,
            ),
        )

    def narrow(code: str | None, removed: bool = False) -> Callable[[], None]:
        def choose() -> None:
            finding.area, finding.gone = code, removed

        return choose

    def here(code: str | None) -> bool:
        return finding.area == code and not finding.gone

    choices = [choice("area-all", desk.t("households.all"), here(None), narrow(None))]
    if len(areas) > 1:
        choices += [choice(f"area-{a.code}", a.name, here(a.code), narrow(a.code)) for a in areas]
    if gone or finding.gone:
        choices.append(choice("area-gone", f"{desk.t('remove.list')} {gone}", finding.gone, narrow(None, True)))
    return [ft.Row(choices, spacing=8, scroll=ft.ScrollMode.HIDDEN)]


def _total(desk: Desk, found: Found) -> str:
    if found.total > len(found.lines):
        return desk.t("households.first", n=found.total, shown=len(found.lines))
    return desk.t("households.total", n=found.total)


def _nothing(desk: Desk, finding: Finding) -> ft.Control:
    if finding.gone:
        return status.empty(ft.Icons.DELETE_OUTLINE, desk.t("remove.none"), desk.t("remove.none_body"))
    if finding.text or finding.area:
        new = actions.secondary(desk.t("households.register"), lambda: desk.go("/register"), id="register-new")
        return status.empty(ft.Icons.SEARCH_OFF, desk.t("households.none"), desk.t("households.none_body"), new)
    sync = actions.primary(desk.t("sync.now"), lambda: desk.go("/sync"), icon=ft.Icons.CLOUD_SYNC, id="to-sync")
    return status.empty(
        ft.Icons.HOLIDAY_VILLAGE_OUTLINED, desk.t("households.empty"), desk.t("households.empty_body"), sync
    )
