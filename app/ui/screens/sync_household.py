"""What of one household is safe: each record this device wrote, and each photo."""

from collections.abc import Sequence

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, safety, status, text
from app.ui.parts.frame import frame
from app.ui.pulse import Pulse
from app.work.safety import Detail, PhotoLine, RecordLine
from schemas import ids
from schemas.problems import Failed


@ft.component
def SyncHousehold(desk: Desk, household: str, key: str = "") -> ft.Control:
    desk.work  # noqa: B018 - nobody sees this screen but through the door
    return Watched(desk, desk.pulse, household, key="watched")


@ft.component
def Watched(desk: Desk, pulse: Pulse, household: str, key: str = "") -> ft.Control:
    state, inside = pulse.state, desk.inside

    def read() -> Detail | Failed:
        if inside is None:
            return Failed("locked")
        try:
            return inside.work.safety_of(household)
        except Failed as failed:
            return failed

    counts = (state.waiting, state.held, state.photos_waiting, state.running) if state else ()
    found = ft.use_memo(read, [desk.fresh, inside, household, *counts])
    title = desk.t("safe.detail")
    if isinstance(found, Failed):
        return frame(desk, title, [status.banner(desk.problem(found), "info")], back="/sync")
    line = found.row.line
    name = line.head or desk.t("row.nameless") if line else ids.short_code(household)
    told = safety.chips(desk, found.row)
    body: list[ft.Control] = [ft.Row(told, wrap=True, spacing=8, run_spacing=8)] if told else []
    if found.records:
        body.append(cards.section(desk.t("safe.detail_records"), [_card([_record(desk, r) for r in found.records])]))
    if found.photos:
        body.append(cards.section(desk.t("safe.detail_photos"), [_card([_photo(desk, p) for p in found.photos])]))
    open_ = actions.secondary(
        desk.t("safe.to_household"), lambda: desk.go(f"/household/{household}"), id="to-household"
    )
    return frame(desk, name, body, subtitle=title, back="/sync", footer=[open_] if line else [], id="sync-household")


def _card(rows: list[ft.Control]) -> ft.Control:
    divided: list[ft.Control] = []
    for row in rows:
        divided += [ft.Divider(), row] if divided else [row]
    return cards.card(divided)


def _line(title: str, under: str, told: list[ft.Control], why: Sequence[ft.Control] = ()) -> ft.Control:
    words: list[ft.Control] = [text.title(title)]
    if under:
        words.append(text.soft(under))
    if told:
        words.append(ft.Container(ft.Row(told, wrap=True, spacing=6, run_spacing=6), padding=ft.Padding.only(top=4)))
    return ft.Column([*words, *why], spacing=1, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _record(desk: Desk, record: RecordLine) -> ft.Control:
    told: list[ft.Control] = []
    if record.unsent:
        told.append(status.chip(desk.t("safe.row_here", n=record.unsent), "warn", icon=ft.Icons.CLOUD_UPLOAD_OUTLINED))
    if record.rested:
        told.append(status.chip(desk.t("safe.row_rested", n=record.rested), "plain", icon=ft.Icons.BLOCK))
    if not told and not record.held:
        told.append(status.chip(desk.t("safe.row_safe"), "ok", icon=ft.Icons.CLOUD_DONE_OUTLINED))
    under = record.name or desk.date(record.on)
    return _line(desk.t(f"safe.kind_{record.kind}"), under, told, safety.held(desk, record.held))


def _photo(desk: Desk, photo: PhotoLine) -> ft.Control:
    if photo.safe:
        told = status.chip(desk.t("safe.photo_whole"), "ok", icon=ft.Icons.CLOUD_DONE_OUTLINED)
    else:
        sent = photo.parts - photo.parts_waiting
        words = desk.t("safe.photo_parts", sent=sent, n=photo.parts) if sent > 0 else desk.t("safe.photo_waits")
        told = status.chip(words, "warn", icon=ft.Icons.PHOTO_OUTLINED)
    return _line(desk.label("purpose", photo.purpose) or desk.t("safe.photo"), "", [told])
