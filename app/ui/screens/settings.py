"""The window's own things: language, size of text, who is in, and locking up."""

from importlib.metadata import PackageNotFoundError, version

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, text
from app.ui.parts.frame import frame
from app.ui.parts.household_row import initial
from app.ui.words.catalogue import LANGUAGES

SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


@ft.component
def Settings(desk: Desk, key: str = "") -> ft.Control:
    me = desk.work.me()
    areas = desk.work.areas()
    person = cards.card(
        [
            ft.Row(
                [
                    initial(me.name),
                    ft.Column(
                        [text.title(me.name), text.soft(f"{desk.t(f'role.{me.role}')} · {me.county_name}")],
                        spacing=0,
                        expand=True,
                        tight=True,
                    ),
                ],
                spacing=14,
            ),
            cards.pair(
                desk.t("settings.areas"),
                ("、" if desk.lang == "zh" else ", ").join(a.name for a in areas),
                wide=desk.scale <= 1.25,
            ),
            text.soft(desk.t("settings.lock_body")),
            actions.secondary(desk.t("settings.lock"), desk.lock, icon=ft.Icons.LOCK_OUTLINE, id="lock"),
        ]
    )
    body = [
        cards.section(desk.t("settings.me"), [person]),
        cards.section(desk.t("settings.text"), [text_size(desk)]),
        cards.section(desk.t("settings.language"), [languages(desk)]),
        cards.section(
            desk.t("settings.about"),
            [
                cards.card(
                    [text.body(desk.t("settings.version", version=_version())), text.soft(desk.t("settings.font"))]
                )
            ],
        ),
    ]
    return frame(desk, desk.t("settings.title"), body, id="settings")


def text_size(desk: Desk) -> ft.Control:
    """Five sizes, up to twice, with a sentence to judge by."""
    choices = [
        _choice(
            desk.t("settings.percent", n=round(scale * 100)),
            desk.scale == scale,
            _enlarger(desk, scale),
            f"scale-{round(scale * 100)}",
        )
        for scale in SCALES
    ]
    return cards.card([ft.Row(choices, wrap=True, spacing=8, run_spacing=8), text.body(desk.t("settings.sample"))])


def languages(desk: Desk) -> ft.Control:
    choices = [
        _choice(name, desk.lang == lang, _speaker(desk, lang), f"lang-{lang}") for lang, name in LANGUAGES.items()
    ]
    return cards.card([ft.Row(choices, spacing=8, wrap=True, run_spacing=8)])


def _enlarger(desk: Desk, scale: float) -> actions.Handler:
    return lambda: desk.enlarge(scale)


def _speaker(desk: Desk, lang: str) -> actions.Handler:
    return lambda: desk.speak(lang)


def _choice(words: str, lit: bool, on_click: actions.Handler, id: str) -> ft.Control:
    mark = [ft.Icon(ft.Icons.CHECK, color="#FFFFFF", size=20)] if lit else []
    label = ft.Text(words, theme_style=theme.LABEL, color="#FFFFFF" if lit else theme.INK)
    return ft.Semantics(
        identifier=id,
        button=True,
        selected=lit,
        content=ft.Container(
            ft.Row([*mark, label], spacing=6, tight=True),
            padding=ft.Padding.symmetric(vertical=13, horizontal=18),
            border_radius=theme.RADIUS,
            bgcolor=theme.GREEN if lit else theme.CARD,
            border=ft.Border.all(1.5, theme.GREEN if lit else theme.LINE_STRONG),
            ink=True,
            on_click=on_click,
        ),
    )


def _version() -> str:
    try:
        return version("ruhu")
    except PackageNotFoundError:
        return "0"
