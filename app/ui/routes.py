"""Every screen there is and the route that opens it, as a table.

`{name}` in a path is handed to the screen as a keyword argument. A screen is a component `Screen(desk, **arguments)`
that returns one control (mostly `parts.frame.frame`). `behind` says who may open it: nobody in particular, a person
with their vault open (`vault`), or a supervisor who has logged in (`login`). `tab` is the destination of the rail or
bar that is lit. `beside` is the list that stays to its left where two panes fit; `list_first` routes show that
list itself where they do not. `up` is where the back button leads, when that is not the tab. A `bare` screen
has actions of its own below, so on a narrow window it stands without the bar.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

import flet as ft

from app.ui.desk import Desk

Screen = Callable[..., ft.Control]


@dataclass(frozen=True)
class Route:
    path: str
    screen: Screen
    behind: Literal["nothing", "vault", "login"] = "vault"
    tab: str = ""
    beside: Screen | None = None
    bare: bool = False
    list_first: bool = False
    up: str = ""

    def match(self, route: str) -> dict[str, str] | None:
        """The arguments in an address, or None when it is not this route."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, route.split("?")[0].rstrip("/") or "/")
        return None if found is None else {k: unquote(v) for k, v in found.groupdict().items()}


@dataclass(frozen=True)
class Tab:
    """A destination of the rail or bar. `behind` as in `Route`; `roles` empty = everybody there."""

    name: str
    route: str
    icon: ft.IconData
    lit: ft.IconData
    behind: Literal["vault", "login"] = "vault"
    roles: frozenset[str] = frozenset()
    badge: Callable[[Desk], str] | None = None


def above(table: tuple[Route, ...], tabs: tuple[Tab, ...], route: str) -> str:
    """Where the device's back button leads from an address: up the screen's own way, else to its tab, else home; ""
    when it leads out of the app."""
    entry = find(table, route)
    if entry is None:
        return "/"
    found, arguments = entry
    if found.up:
        return found.up.format(**arguments)
    tab = next((t.route for t in tabs if t.name == found.tab), "/")
    if found.path != tab:
        return tab
    return "" if tab == "/" else "/"


def find(table: tuple[Route, ...], route: str) -> tuple[Route, dict[str, str]] | None:
    """The first route of the table that matches, with its arguments."""
    for entry in table:
        arguments = entry.match(route)
        if arguments is not None:
            return entry, arguments
    return None


Arguments = dict[str, Any]
