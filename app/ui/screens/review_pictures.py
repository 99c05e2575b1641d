"""What the visit shows rather than says: its photos, fetched one by one when somebody asks for them (each look is noted
at the server), and its signatures, drawn from their strokes."""

from collections.abc import Mapping, Sequence
from functools import partial

import flet as ft

from app.review.answers import Photo
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, strokes, text
from app.ui.parts.asking import act
from app.ui.parts.signature import drawing
from schemas.codec import Value

SIGNERS = ("respondent", "investigator_1", "investigator_2")


@ft.component
def Photos(desk: Desk, photos: Sequence[Photo]) -> ft.Control:
    shown, show = ft.use_state(dict[str, bytes]())
    busy, set_busy = ft.use_state(False)
    here = [p for p in photos if p.received]

    async def fetch() -> None:
        if busy:
            return
        set_busy(True)
        fetched: dict[str, bytes] = {}
        for photo in here:
            data = await act(desk, partial(desk.review.photo, photo.id))
            if data is None:
                break
            fetched[photo.id] = data
        show(fetched)
        set_busy(False)

    tiles: list[ft.Control] = [_tile(desk, photo, shown.get(photo.id)) for photo in photos]
    parts: list[ft.Control] = [ft.Row(tiles, wrap=True, spacing=14, run_spacing=14)]
    if here and not shown:
        parts.append(
            ft.Row(
                [
                    actions.secondary(
                        desk.t("review.photo_open"),
                        fetch,
                        icon=ft.Icons.PHOTO_OUTLINED,
                        disabled=busy,
                        id="photos",
                    )
                ]
            )
        )
    count = text.soft(desk.t("review.photo_count", here=len(here), n=len(photos)))
    return cards.section(desk.t("review.photos"), [cards.card(parts)], trailing=count)


def signatures(desk: Desk, value: Mapping[str, Value]) -> list[ft.Control]:
    """Each signature as it was written, under who wrote it."""
    out: list[ft.Control] = []
    for signer in SIGNERS:
        path = value.get(signer)
        drawn = strokes.from_path(path) if isinstance(path, str) else ()
        if drawn:
            name = desk.t(f"field.signatures.{signer}")
            canvas = ft.Container(
                drawing(drawn, 210),
                bgcolor=theme.CARD,
                border=ft.Border.all(1, theme.LINE),
                border_radius=theme.RADIUS,
            )
            picture = ft.Semantics(label=f"{name}：{desk.t('review.signed')}", image=True, content=canvas)
            out.append(ft.Column([text.soft(name), picture], spacing=4, tight=True))
    return out


def _tile(desk: Desk, photo: Photo, data: bytes | None) -> ft.Control:
    words = desk.label("purpose", photo.purpose)
    if data is not None:
        picture: ft.Control = ft.Image(
            src=data, width=260, height=195, fit=ft.BoxFit.COVER, border_radius=theme.RADIUS, semantics_label=words
        )
    else:
        symbol = ft.Icons.IMAGE_OUTLINED if photo.received else ft.Icons.CLOUD_QUEUE
        picture = ft.Container(
            ft.Icon(symbol, size=32, color=theme.LINE_STRONG),
            width=260,
            height=96,
            bgcolor=theme.SUNKEN,
            border_radius=theme.RADIUS,
            alignment=ft.Alignment.CENTER,
        )
    lines: list[ft.Control] = [picture, text.label(words)]
    if not photo.received:
        lines.append(text.soft(desk.t("review.photo_waiting")))
    return ft.Container(ft.Column(lines, spacing=4, tight=True), width=260)
