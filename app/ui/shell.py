"""The shell: which screen the address asks for, who may see it, and the rail or bar round it.

The guard is here and nowhere else: a route behind the vault shows the unlock screen while the vault is locked, and the
address stays, so that unlocking goes on where it was. The whole window is one view with one fixed route, so that
nothing slides; the address bar follows `Desk.route`.
"""

from collections.abc import Callable

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, brand, status
from app.ui.parts.frame import frame
from app.ui.routes import Route, Tab, above, find
from app.ui.screens.login import Login
from app.ui.screens.shut_out import ShutOut
from app.ui.screens.unlock import Unlock
from app.ui.table import ROUTES, TABS

RAIL = 108
LIST = 420


@ft.component
def App(desk: Desk) -> ft.View:
    """The window, drawn again at every change of the desk."""
    ft.use_state(desk.changed)
    entry = find(ROUTES, desk.route)
    behind = entry[0].behind if entry else "nothing"
    guard = _guard(desk, behind)
    if guard is not None:
        return _view(desk, guard(desk, key=f"guard {behind}"))
    if entry is None:
        return _view(desk, Missing(desk, key="missing"))
    route, arguments = entry
    tabs = () if route.bare and not desk.wide else _tabs(desk, behind)
    if route.beside is not None and route.list_first and not desk.two_panes:
        return _view(desk, route.beside(desk, key="list"), tabs, route.tab)
    screen = route.screen(desk, **arguments, key=_key(route, arguments))
    if route.beside is not None and desk.two_panes:
        return _view(desk, _panes(route.beside(desk, key="list"), screen), tabs, route.tab)
    return _view(desk, screen, tabs, route.tab)


def _key(route: Route, arguments: dict[str, str]) -> str:
    return " ".join([route.path, *arguments.values()])


def _guard(desk: Desk, behind: str) -> Callable[..., ft.Control] | None:
    """The screen that stands in the way, or None when nothing does."""
    if behind == "vault" and desk.shut:
        return ShutOut
    if behind == "vault" and desk.inside is None:
        return Unlock
    if behind == "login" and desk.login is None:
        return Login
    return None


def _tabs(desk: Desk, behind: str) -> tuple[Tab, ...]:
    role = desk.login.role if behind == "login" and desk.login else ""
    return tuple(t for t in TABS if t.behind == behind and (not t.roles or role in t.roles))


def _panes(left: ft.Control, right: ft.Control) -> ft.Control:
    return ft.Row(
        [
            ft.Container(left, width=LIST),
            ft.VerticalDivider(width=1, color=theme.LINE),
            ft.Container(right, expand=True),
        ],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _view(desk: Desk, content: ft.Control, tabs: tuple[Tab, ...] = (), lit: str = "") -> ft.View:
    body: ft.Control = ft.Container(content, expand=True)
    bar = None
    if len(tabs) > 1:
        if desk.wide:
            body = ft.Row(
                [_rail(desk, tabs, lit), ft.VerticalDivider(width=1, color=theme.LINE), body],
                spacing=0,
                expand=True,
                vertical_alignment=ft.CrossAxisAlignment.STRETCH,
            )
        else:
            bar = _bar(desk, tabs, lit)

    async def back(event: ft.Event[ft.View]) -> None:
        """The device's back button goes up, and out of the app only from the first screen."""
        up = above(ROUTES, TABS, desk.route)
        await event.control.confirm_pop(not up)
        if up:
            desk.go(up)

    return ft.View(
        [ft.SafeArea(body, expand=True)],
        route="/",
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        padding=0,
        spacing=0,
        bgcolor=theme.PAPER,
        navigation_bar=bar,
        can_pop=not above(ROUTES, TABS, desk.route),
        on_confirm_pop=back,
    )


def _index(tabs: tuple[Tab, ...], lit: str) -> int:
    """Which destination is lit; the first where the screen belongs to none that this person has (a desk's home)."""
    return next((i for i, t in enumerate(tabs) if t.name == lit), 0)


def _rail(desk: Desk, tabs: tuple[Tab, ...], lit: str) -> ft.Control:
    return ft.NavigationRail(
        [
            ft.NavigationRailDestination(
                icon=_icon(desk, t, t.icon), selected_icon=_icon(desk, t, t.lit), label=desk.t(f"tab.{t.name}")
            )
            for t in tabs
        ],
        selected_index=_index(tabs, lit),
        label_type=ft.NavigationRailLabelType.ALL,
        min_width=RAIL,
        group_alignment=-1,
        leading=ft.Container(brand.mark(48), padding=ft.Padding.only(top=10, bottom=18)),
        trailing=_leave(desk),
        pin_trailing_to_bottom=True,
        on_change=lambda e: desk.go(tabs[e.control.selected_index].route),
    )


def _leave(desk: Desk) -> ft.Control:
    """Locking up, always in reach."""
    if desk.inside is None:
        return ft.Container()
    lock = actions.icon(ft.Icons.LOCK_OUTLINE, desk.t("settings.lock"), desk.lock, id="lock-now")
    return ft.Container(lock, padding=ft.Padding.only(bottom=12))


def _bar(desk: Desk, tabs: tuple[Tab, ...], lit: str) -> ft.NavigationBar:
    return ft.NavigationBar(
        [
            ft.NavigationBarDestination(
                icon=_icon(desk, t, t.icon), selected_icon=_icon(desk, t, t.lit), label=desk.t(f"tab.{t.name}")
            )
            for t in tabs
        ],
        selected_index=_index(tabs, lit),
        border=ft.Border.only(top=ft.BorderSide(1, theme.LINE)),
        on_change=lambda e: desk.go(tabs[e.control.selected_index].route),
    )


def _icon(desk: Desk, tab: Tab, symbol: ft.IconData) -> ft.Control:
    words = tab.badge(desk) if tab.badge else ""
    badge = ft.Badge(words, bgcolor=theme.SEAL, text_color="#FFFFFF") if words else None
    return ft.Icon(symbol, badge=badge)


@ft.component
def Missing(desk: Desk, key: str = "") -> ft.Control:
    home = actions.primary(desk.t("shell.home"), lambda: desk.go("/"), id="home")
    return frame(
        desk,
        desk.t("shell.missing"),
        [status.empty(ft.Icons.EXPLORE_OFF_OUTLINED, desk.t("shell.missing"), desk.t("shell.missing_todo"), home)],
    )
