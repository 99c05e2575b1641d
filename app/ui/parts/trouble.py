"""What stands in the way of sync, in plain words: whose matter it is, what to do, and that nothing is lost.

The sentences are those of the problem catalogue (`schemas.problems`); here they get a sign, a name for whose fault it
is, and the one button that mends what a person can mend.
"""

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, text
from app.ui.seams import SyncState
from schemas import problems
from schemas.problems import Failed

CODE_MENDS = frozenset({"fork", "unknown_device", "bad_signature", "expired"})
"""Problems that a new one-time code mends."""
CLOCK_SECONDS = 600
"""From this difference on between the device's clock and the server's it is said."""
_TONES: dict[str, theme.Tone] = {"network": "info", "server": "warn", "county": "warn", "device": "warn", "you": "warn"}
_SIGNS: dict[str, ft.IconData] = {
    "network": ft.Icons.SIGNAL_WIFI_OFF_OUTLINED,
    "server": ft.Icons.DNS_OUTLINED,
    "county": ft.Icons.ACCOUNT_BALANCE_OUTLINED,
    "device": ft.Icons.TABLET_ANDROID_OUTLINED,
    "you": ft.Icons.PERSON_OUTLINED,
}


def troubles(desk: Desk, state: SyncState) -> list[ft.Control]:
    """A card for everything that stands in the way at this moment, the gravest first."""
    out: list[ft.Control] = []
    if state.problem is not None and not state.running:
        out.append(_problem(desk, state.problem))
    if state.resending:
        out.append(
            card(
                desk,
                desk.t("trouble.resending"),
                desk.t("trouble.resending_body"),
                "info",
                ft.Icons.SETTINGS_BACKUP_RESTORE,
            )
        )
    out += clock(desk, state.skew)
    return out


def clock(desk: Desk, skew: int | None) -> list[ft.Control]:
    """The warning of a clock that is far off; nothing for one that is about right."""
    if skew is None or abs(skew) <= CLOCK_SECONDS:
        return []
    title = desk.t("trouble.clock_fast" if skew > 0 else "trouble.clock_slow", much=_much(desk, abs(skew)))
    return [card(desk, title, desk.t("trouble.clock_body"), "warn", ft.Icons.SCHEDULE, id="clock")]


def may_pass(failed: Failed) -> bool:
    """Whether waiting may mend it, so that nobody needs to look."""
    known = problems.catalogue().get(failed.code)
    return known is not None and known.fault in ("network", "server")


def card(
    desk: Desk,
    title: str,
    body: str,
    tone: theme.Tone,
    symbol: ft.IconData,
    *,
    whose: str = "",
    buttons: Sequence[ft.Control] = (),
    id: str = "",
) -> ft.Control:
    """One trouble: what happened in bold, what to do under it."""
    shade = theme.tone(tone)
    lines: list[ft.Control] = [text.title(title, color=shade.ink)]
    if body:
        lines.append(text.body(body))
    if whose:
        lines.append(text.soft(whose))
    if buttons:
        lines.append(ft.Container(ft.Row(list(buttons), wrap=True), padding=ft.Padding.only(top=8)))
    sign = ft.Icon(symbol, size=28, color=shade.ink)
    column = ft.Column(lines, spacing=4, tight=True, expand=desk.scale <= 1.5)
    content: ft.Control = (
        ft.Column([sign, column], spacing=6)
        if desk.scale > 1.5
        else ft.Row([sign, column], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)
    )
    return ft.Semantics(
        identifier=id or None,
        live_region=True,
        content=ft.Container(
            content,
            padding=18,
            bgcolor=shade.ground,
            border=ft.Border.all(1, shade.line),
            border_radius=theme.RADIUS,
        ),
    )


def _problem(desk: Desk, failed: Failed) -> ft.Control:
    known = problems.catalogue().get(failed.code) or problems.catalogue()["unknown"]
    says, todo = problems.apart(failed.code, desk.lang, failed.figures)
    buttons = (
        [actions.primary(desk.t("trouble.code"), lambda: desk.go("/enrol-again"), icon=ft.Icons.KEY, id="enrol-again")]
        if failed.code in CODE_MENDS
        else []
    )
    return card(
        desk,
        says,
        todo,
        _TONES[known.fault],
        _SIGNS[known.fault],
        whose=desk.t(f"trouble.fault_{known.fault}"),
        buttons=buttons,
        id="problem",
    )


def _much(desk: Desk, seconds: int) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= size:
            return desk.t(f"trouble.{unit}", n=round(seconds / size))
    return desk.t("trouble.minutes", n=round(seconds / 60))
