"""The truth about what is safe, in one sentence and household by household."""

from collections.abc import Iterable, Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.household_row import initial
from app.ui.seams import Runner, SyncState
from app.ui.words.catalogue import catalogue
from app.work.safety import Row, Safety, State
from schemas import ids, problems

SHOWN = 30
"""How many households of a group are shown until the rest is asked for."""
MOST = 100
GROUPS: Sequence[State] = ("here", "photos", "held", "open", "safe")


def verdict(desk: Desk, state: SyncState, found: Safety) -> ft.Control:
    """The one sentence, and what is going on under it. It says *safe* of everything only when everything is."""
    tone, symbol, title, under = _sentence(desk, state, found)
    shade = theme.tone(tone)
    lines: list[ft.Control] = [text.headline(title, color=shade.ink)]
    if state.running:
        lines += [text.body(doing(desk, state)), ft.ProgressBar(value=_share(state), bar_height=8, border_radius=4)]
    else:
        lines += [text.body(words) for words in under]
    picture = ft.Icon(symbol, size=44, color=shade.ink)
    column = ft.Column(lines, spacing=6, tight=True, expand=desk.scale <= 1.5)
    return ft.Semantics(
        identifier="verdict",
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
    """What the round is at, in words; of a step that has none, that it is at work."""
    phase = str(state.phase or "done")
    if phase == "witness" or state.resending:
        return desk.t("safe.again")
    if phase == "push":
        return desk.t("safe.sending", sent=state.sent, total=state.to_send)
    if phase == "chunks":
        return desk.t("safe.sending_photos", n=state.photos_waiting)
    if phase == "fetch":
        return desk.t("safe.fetching")
    if phase == "pull":
        return desk.t("safe.receiving", n=state.received)
    return desk.t(f"sync.{phase}") if f"sync.{phase}" in catalogue() else desk.t("sync.running")


def paused(desk: Desk, state: SyncState, found: Safety, runner: Runner) -> list[ft.Control]:
    """What to do about photos that wait for a better signal; nothing when none do."""
    if not state.photos_paused or not state.photos_waiting or state.running:
        return []
    words = desk.t("safe.paused_body", n=state.photos_waiting, size=size(found.bytes_waiting))
    send = actions.secondary(
        desk.t("safe.send_photos"), runner.send_photos, icon=ft.Icons.PHOTO_LIBRARY_OUTLINED, id="send-photos"
    )
    lines = [text.title(desk.t("safe.paused")), text.body(words), ft.Row([send], wrap=True)]
    return [cards.card(lines, spacing=8)]


@ft.component
def Households(desk: Desk, found: Safety, key: str = "") -> ft.Control:
    """Every household this device wrote to, what is least safe first."""
    whole, show_whole = ft.use_state(frozenset[str]())
    groups: list[ft.Control] = []
    for name in GROUPS:
        rows = [r for r in found.rows if r.state == name]
        if not rows:
            continue
        shown = rows[: MOST if name in whole else SHOWN]
        entries: list[ft.Control] = [_row(desk, r) for r in shown]
        if len(rows) > SHOWN and name not in whole:
            more = desk.t("safe.more", n=min(len(rows), MOST) - SHOWN)
            entries.append(actions.quiet(more, _adder(name, whole, show_whole), id=f"more-{name}"))
        count = text.soft(desk.t("safe.count", n=len(rows)))
        groups.append(cards.section(desk.t(f"safe.group_{name}"), [ft.Column(entries, spacing=8)], trailing=count))
    return ft.Column(groups, spacing=theme.GAP + 4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def chips(desk: Desk, row: Row) -> list[ft.Control]:
    """The state of one household, each thing by itself."""
    out: list[ft.Control] = []
    if row.unsent:
        out.append(status.chip(desk.t("safe.row_here", n=row.unsent), "warn", icon=ft.Icons.CLOUD_UPLOAD_OUTLINED))
    if row.photos_waiting:
        words = desk.t("safe.row_photos", waiting=row.photos_waiting, n=row.photos)
        out.append(status.chip(words, "warn", icon=ft.Icons.PHOTO_OUTLINED))
    if row.open:
        out.append(status.chip(desk.t("safe.row_open"), "info", icon=ft.Icons.EDIT_NOTE))
    if row.rested:
        out.append(status.chip(desk.t("safe.row_rested", n=row.rested), "plain", icon=ft.Icons.BLOCK))
    if row.state == "safe":
        out.append(status.chip(desk.t("safe.row_safe"), "ok", icon=ft.Icons.CLOUD_DONE_OUTLINED))
    return out


def held(desk: Desk, reasons: Iterable[str]) -> list[ft.Control]:
    """Why changes are with a supervisor, a line for each reason: it may be long, and is no chip."""
    words = (desk.t("safe.row_held", why=problems.apart(reason, desk.lang)[0]) for reason in reasons)
    return [status.note(w, "info", icon=ft.Icons.SUPERVISOR_ACCOUNT_OUTLINED) for w in words]


def size(waiting: int) -> str:
    """Bytes as people say them."""
    return f"{waiting / 1024 / 1024:.1f} MB" if waiting >= 1024 * 1024 else f"{max(1, waiting // 1024)} KB"


def _sentence(desk: Desk, state: SyncState, found: Safety) -> tuple[theme.Tone, ft.IconData, str, list[str]]:
    under = [desk.t("safe.open", n=found.open)] if found.open else []
    if not found.households:
        if found.open:
            return "info", ft.Icons.EDIT_NOTE, desk.t("safe.begun"), under
        if state.safe:
            return "ok", ft.Icons.CLOUD_DONE_OUTLINED, desk.t("sync.safe"), [desk.t("sync.safe_body")]
        return "plain", ft.Icons.CLOUD_QUEUE, desk.t("sync.quiet"), [desk.t("sync.quiet_body")]
    if found.unsent or found.photos_waiting:
        left = [desk.t("safe.changes", n=found.unsent)] if found.unsent else []
        left += [desk.t("safe.photos", n=found.photos_waiting)] if found.photos_waiting else []
        head = desk.t("safe.some", n=found.households, safe=found.safe)
        title = desk.t("safe.sentence", head=head, rest=desk.t("safe.and").join(left))
        return "warn", ft.Icons.CLOUD_UPLOAD_OUTLINED, title, [desk.t("safe.no_signal"), *under]
    title = desk.t("safe.all", n=found.households)
    if state.held:
        told = desk.t("safe.receipts_held", n=state.held)
    else:
        told = desk.t("sync.safe_body" if state.safe else "safe.receipts")
    return "info" if found.open else "ok", ft.Icons.CLOUD_DONE_OUTLINED, title, [told, *under]


def _share(state: SyncState) -> float | None:
    if str(state.phase) == "push" and state.to_send:
        return min(1.0, state.sent / state.to_send)
    return None


def _row(desk: Desk, row: Row) -> ft.Control:
    line = row.line
    if line is None:
        name, where = desk.t("safe.row_gone", code=ids.short_code(row.household)), ""
    else:
        name = line.head or desk.t("row.nameless")
        where = f"{line.area_name} · {desk.t('household.code', code=line.code)}"
    lines: list[ft.Control] = [text.title(name, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)]
    if where:
        lines.append(text.soft(where))
    told = chips(desk, row)
    if told:
        lines.append(ft.Container(ft.Row(told, wrap=True, spacing=6, run_spacing=6), padding=ft.Padding.only(top=4)))
    lines += held(desk, row.held)
    face = [] if desk.scale > 1.5 else [initial(line.head if line else "")]
    content = ft.Row(
        [
            *face,
            ft.Column(lines, spacing=1, expand=True, tight=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.LINE_STRONG, size=24),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return cards.pressable(content, lambda: desk.go(f"/sync/household/{row.household}"), id=f"safety-{row.household}")


def _adder(name: str, whole: frozenset[str], show_whole: actions.Handler) -> actions.Handler:
    return lambda: show_whole(whole | {name})
