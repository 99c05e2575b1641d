"""One line that tells the truth about sync wherever a worker looks: what waits here, or that all of it is safe; and
under it that the clock is wrong, because a visit carries the date of this device."""

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, text
from app.ui.parts.trouble import clock, may_pass
from app.ui.pulse import Pulse
from app.ui.seams import SyncState


@ft.component
def SyncStrip(desk: Desk, pulse: Pulse, key: str = "") -> ft.Control:
    state = pulse.state
    if state is None:
        return ft.Container()
    words, tone, symbol = summary(desk, state)
    shade = theme.tone(tone)
    last = ago(desk, state.last_contact)
    content = ft.Row(
        [
            ft.Icon(symbol, color=shade.ink, size=24),
            ft.Column([text.label(words, color=shade.ink), text.soft(last)], spacing=0, tight=True, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.LINE_STRONG, size=24),
        ],
        spacing=12,
    )
    strip = actions.named(
        "sync-strip",
        ft.Container(
            content,
            padding=ft.Padding.symmetric(vertical=10, horizontal=16),
            bgcolor=shade.ground,
            border=ft.Border.all(1, shade.line),
            border_radius=theme.RADIUS,
            ink=True,
            on_click=lambda: desk.go("/sync"),
        ),
    )
    return ft.Column([strip, *clock(desk, state.skew)], spacing=12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def summary(desk: Desk, state: SyncState) -> tuple[str, theme.Tone, ft.IconData]:
    """The state in a few words, its tone and its picture."""
    waiting = state.waiting + state.photos_waiting
    if state.running:
        return desk.t("sync.strip_running"), "info", ft.Icons.CLOUD_SYNC_OUTLINED
    if state.offline:
        words = f" · {desk.t('sync.strip_waiting', n=waiting)}" if waiting else ""
        return desk.t("sync.strip_offline") + words, "plain", ft.Icons.CLOUD_OFF_OUTLINED
    if state.problem is not None and not may_pass(state.problem):
        return desk.t("sync.strip_trouble"), "warn", ft.Icons.ERROR_OUTLINE
    if waiting:
        return desk.t("sync.strip_waiting", n=waiting), "warn", ft.Icons.CLOUD_UPLOAD_OUTLINED
    if state.problem is not None:
        return desk.t("sync.strip_problem"), "warn", ft.Icons.CLOUD_OFF_OUTLINED
    if state.held:
        return desk.t("sync.strip_held", n=state.held), "info", ft.Icons.CLOUD_DONE_OUTLINED
    return desk.t("sync.strip_safe"), "ok", ft.Icons.CLOUD_DONE_OUTLINED


def ago(desk: Desk, last: str | None) -> str:
    """When the server was last reached, in the words of a calendar."""
    if last is None:
        return desk.t("sync.never")
    return f"{desk.t('sync.last_label')} {desk.moment(last)}"
