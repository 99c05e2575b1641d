"""The truth about what is safe: how much is only on this device, household by household and photo by photo, what the
server has confirmed, when, and what stands in the way. It asks the vault only, so it is as true without a network."""

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, text
from app.ui.parts.frame import frame
from app.ui.parts.safety import Households, paused, verdict
from app.ui.parts.trouble import troubles
from app.ui.pulse import Pulse
from app.ui.seams import Runner, SyncState
from app.work.safety import Safety
from app.work.work import Work
from schemas.problems import Failed


@ft.component
def Sync(desk: Desk, key: str = "") -> ft.Control:
    desk.work  # noqa: B018 - nobody sees this screen but through the door
    return Truth(desk, desk.pulse, key="truth")


@ft.component
def Truth(desk: Desk, pulse: Pulse, key: str = "") -> ft.Control:
    state, inside = pulse.state, desk.inside
    counts = (state.waiting, state.held, state.photos_waiting, state.running) if state else ()
    found = ft.use_memo(lambda: _read(inside.work) if inside else None, [desk.fresh, inside, *counts])
    if state is None or inside is None or found is None:
        return frame(desk, desk.t("sync.title"), [])
    body: list[ft.Control] = [
        verdict(desk, state, found),
        *troubles(desk, state),
        *paused(desk, state, found, inside.runner),
        _contact(desk, state, inside.runner),
        Households(desk, found, key="households"),
    ]
    now = actions.primary(
        desk.t("sync.running") if state.running else desk.t("sync.now"),
        inside.runner.start,
        icon=ft.Icons.CLOUD_SYNC_OUTLINED,
        disabled=state.running or state.offline,
        id="sync-now",
        expand=not desk.wide,
    )
    return frame(desk, desk.t("sync.title"), body, footer=[now], id="sync")


def _read(work: Work) -> Safety | None:
    """Where everything is; None once the vault is closed."""
    try:
        return work.safety()
    except Failed:
        return None


def _contact(desk: Desk, state: SyncState, runner: Runner) -> ft.Control:
    """When the server last answered, and whether it is to be asked at all."""
    last = desk.moment(state.last_contact) if state.last_contact else desk.t("sync.never")
    rows: list[ft.Control] = [
        ft.Row(
            [text.body(desk.t("sync.last_label")), text.body(last)],
            wrap=True,
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        ),
        ft.Divider(),
    ]

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
    rows += [
        ft.Row([words, switch], spacing=16),
        ft.Divider(),
        actions.quiet(desk.t("bundle.open"), lambda: desk.go("/sync/file"), icon=ft.Icons.USB_OUTLINED, id="sync-file"),
    ]
    return cards.card(rows, spacing=14)
