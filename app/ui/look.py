"""How a window looks to one person on one device: language and size of text, remembered by the device itself.

They are not personal data and no record of the vault, so they are kept in the device's preferences and hold before
anybody has unlocked.
"""

import logging

import flet as ft

from app.ui import theme

log = logging.getLogger("ruhu.ui")

LANG = "ruhu.lang"
SCALE = "ruhu.scale"
LOCALES = {"zh": ft.Locale("zh", "CN"), "en": ft.Locale("en", "US")}


def dress(page: ft.Page) -> None:
    """Theme and language of the first frame; call before anything is drawn."""
    page.title = "入户 Ruhu"
    page.theme_mode = ft.ThemeMode.LIGHT
    page.theme_animation_style = ft.AnimationStyle(
        duration=0, reverse_duration=0
    )  # else the first frame has no Chinese
    page.bgcolor = theme.PAPER
    enlarge(page, 1.0)
    speak(page, "zh")


def speak(page: ft.Page, lang: str) -> None:
    """Flutter's own texts in this language."""
    page.locale_configuration = ft.LocaleConfiguration(
        supported_locales=list(LOCALES.values()), current_locale=LOCALES.get(lang, LOCALES["zh"])
    )


def enlarge(page: ft.Page, scale: float) -> None:
    page.theme = theme.theme(scale)


async def recall(memory: ft.SharedPreferences) -> tuple[str, float]:
    """The language and text size last chosen on this device; Chinese at 100 % when nothing is kept."""
    try:
        lang, scale = await memory.get(LANG), await memory.get(SCALE)
    except (RuntimeError, TimeoutError) as error:
        log.warning("preferences cannot be read: %s", type(error).__name__)
        return "zh", 1.0
    return (lang if lang in LOCALES else "zh"), _scale(scale)


async def remember(memory: ft.SharedPreferences, key: str, value: str) -> None:
    try:
        await memory.set(key, value)
    except (RuntimeError, TimeoutError) as error:
        log.warning("preferences cannot be kept: %s", type(error).__name__)


def _scale(text: object) -> float:
    try:
        return min(2.0, max(1.0, float(str(text))))
    except ValueError:
        return 1.0
