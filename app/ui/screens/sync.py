"""The truth about what is safe: how much is only on this device, what the server has confirmed, and when."""

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.frame import frame
from app.ui.pulse import Pulse
from app.ui.seams import Runner, SyncState


@ft.component
def Sync(desk: Desk, key: str = "") -> ft.Control:
    desk.work  # noqa: B018 - nobody sees this screen but through the door
    return Truth(desk, desk.pulse, key="truth")


@ft.component
def Truth(desk: Desk, pulse: Pulse, key: str = "") -> ft.Control:
    state, inside = pulse.state, desk.inside
    if state is None or inside is None:
        return frame(desk, desk.t("sync.title"), [])
    body: list[ft.Control] = [_verdict(desk, state)]
    if state.problem is not None and not state.running:
        body.append(status.banner(desk.problem(state.problem), "warn"))
    body += [_figures(desk, state), _offline(desk, state, inside.runner)]
    now = actions.primary(
        desk.t("sync.running") if state.running else desk.t("sync.now"),
        inside.runner.start,
        icon=ft.Icons.CLOUD_SYNC_OUTLINED,
        disabled=state.running or state.offline,
        id="sync-now",
        expand=not desk.wide,
    )
    return frame(desk, desk.t("sync.title"), body, footer=[now], id="sync")


def _verdict(desk: Desk, state: SyncState) -> ft.Control:
    """The one sentence, and what is going on under it."""
    waiting = state.waiting + state.photos_waiting
    tone: theme.Tone
    if waiting:
        tone, symbol = "warn", ft.Icons.CLOUD_UPLOAD_OUTLINED
        title, under = desk.t("sync.waiting", n=waiting), desk.t("sync.waiting_body")
    elif state.safe:
        tone, symbol = "ok", ft.Icons.CLOUD_DONE_OUTLINED
        title, under = desk.t("sync.safe"), desk.t("sync.safe_body")
    else:
        tone, symbol = "plain", ft.Icons.CLOUD_QUEUE
        title, under = desk.t("sync.quiet"), desk.t("sync.quiet_body")
    shade = theme.tone(tone)
    lines: list[ft.Control] = [text.headline(title, color=shade.ink)]
    if state.running:
        lines += [text.body(doing(desk, state)), ft.ProgressBar(value=_share(state), bar_height=8, border_radius=4)]
    else:
        lines.append(text.body(under))
    picture = ft.Icon(symbol, size=44, color=shade.ink)
    column = ft.Column(lines, spacing=6, tight=True, expand=desk.scale <= 1.5)
    return ft.Semantics(
        live_region=True,
        content=ft.Container(
            # The words get the whole width where the text is large.
            ft.Column([picture, column], spacing=8)
            if desk.scale > 1.5
            else ft.Row([picture, column], spacing=18, vertical_alignment=ft.CrossAxisAlignment.START),
            padding=22,
            bgcolor=shade.ground,
            border=ft.Border.all(1, shade.line),
            border_radius=theme.RADIUS,
        ),
    )


def doing(desk: Desk, state: SyncState) -> str:
    """What the round is at, in words."""
    phase = str(state.phase or "done")
    return desk.t(f"sync.{phase}", sent=state.sent, total=state.to_send, n=state.received)


def _share(state: SyncState) -> float | None:
    if str(state.phase) == "push" and state.to_send:
        return min(1.0, state.sent / state.to_send)
    return None


def _figures(desk: Desk, state: SyncState) -> ft.Control:
    def line(label: str, value: str, tone: theme.Tone) -> ft.Control:
        return ft.Row(
            [text.body(label), status.chip(value, tone)],
            wrap=True,
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )

    def count(n: int) -> tuple[str, theme.Tone]:
        return (desk.t("sync.to_send", n=n), "warn") if n else (desk.t("sync.all_sent"), "ok")

    last = desk.moment(state.last_contact) if state.last_contact else desk.t("sync.never")
    rows: list[ft.Control] = [
        line(desk.t("sync.records"), *count(state.waiting)),
        ft.Divider(),
        line(desk.t("sync.photos_label"), *count(state.photos_waiting)),
        ft.Divider(),
        ft.Row(
            [text.body(desk.t("sync.last_label")), text.body(last)],
            wrap=True,
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        ),
    ]
    if state.held:
        rows += [
            ft.Divider(),
            line(desk.t("sync.held_label"), desk.t("sync.held", n=state.held), "info"),
            text.soft(desk.t("sync.held_body")),
        ]
    return cards.card(rows, spacing=14)


def _offline(desk: Desk, state: SyncState, runner: Runner) -> ft.Control:
    def turn(event: ft.Event[ft.Switch]) -> None:
        runner.set_offline(bool(event.control.value))

    words = ft.Column(
        [text.title(desk.t("sync.offline")), text.soft(desk.t("sync.offline_body"))], spacing=2, expand=True, tight=True
    )
    switch = ft.Semantics(
        identifier="offline",
        label=desk.t("sync.offline"),
        content=ft.Switch(value=state.offline, on_change=turn, active_track_color=theme.GREEN),
    )
    return cards.card([ft.Row([words, switch], spacing=16)])
