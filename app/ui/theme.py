"""The look: warm paper, ink green, one calm type scale, status told by words and a shape before colour.

A visitor is fifty, reads through glasses on an old tablet in poor light. So body text is 17, nothing is under 15, every
target is at least 48 high, every pair of text and ground below meets WCAG AA (4.5:1; `contrast` measures it and a test
holds all pairs to it), and `theme(scale)` grows text, icons and targets together up to 200 %.

Screens name a role (`BODY`, `tone("warn")`), never a number or a hex colour.
"""

from dataclasses import dataclass
from typing import Literal

import flet as ft

FONT = "SC"
RADIUS = 12
WIDE = 840
"""From this width on the shell shows a rail at the side instead of a bar below."""
TWO_PANES = 1100
"""From this width on a list stays beside what is opened from it."""
COLUMN = 760
"""The widest a column of text or fields may become."""
TARGET = 48
GAP = 16

PAPER = "#FAF6EC"
CARD = "#FFFDF7"
SUNKEN = "#F2ECDD"
INK = "#22281F"
INK_SOFT = "#565B4E"
GREEN = "#1F4F3B"
GREEN_SOFT = "#DCE9DD"
GREEN_DEEP = "#12382A"
LINE = "#DDD4C1"
LINE_STRONG = "#8B8471"
SEAL = "#A5382A"

Tone = Literal["plain", "ok", "info", "warn", "bad"]


@dataclass(frozen=True)
class Shade:
    """One status: ink on its ground, the line round it, and the icon that tells it without colour."""

    ink: str
    ground: str
    line: str
    icon: ft.IconData


SHADES: dict[Tone, Shade] = {
    "plain": Shade("#4B5045", "#EFE9DB", "#D8CFBC", ft.Icons.CIRCLE_OUTLINED),
    "ok": Shade("#1E5637", "#DDEDDF", "#B5D3BA", ft.Icons.CHECK_CIRCLE_OUTLINED),
    "info": Shade("#214E6B", "#DEEAF1", "#B4CEDD", ft.Icons.INFO_OUTLINED),
    "warn": Shade("#6F4400", "#FAEBC8", "#E5C98B", ft.Icons.ERROR_OUTLINE),
    "bad": Shade("#8F2417", "#F9E1DB", "#E6B5AA", ft.Icons.CANCEL_OUTLINED),
}


def tone(name: Tone) -> Shade:
    return SHADES[name]


# Roles of the type scale, for ft.Text(theme_style=…).
DISPLAY = ft.TextThemeStyle.HEADLINE_LARGE
HEADLINE = ft.TextThemeStyle.HEADLINE_SMALL
TITLE = ft.TextThemeStyle.TITLE_MEDIUM
BODY = ft.TextThemeStyle.BODY_LARGE
SMALL = ft.TextThemeStyle.BODY_MEDIUM
PROMPT = ft.TextThemeStyle.TITLE_LARGE
LABEL = ft.TextThemeStyle.LABEL_LARGE
FIGURE = ft.TextThemeStyle.DISPLAY_SMALL

_SIZES = {
    "display_large": (44, 1.2, True),
    "display_medium": (38, 1.2, True),
    "display_small": (34, 1.2, True),
    "headline_large": (30, 1.3, True),
    "headline_medium": (26, 1.3, True),
    "headline_small": (23, 1.35, True),
    "title_large": (21, 1.4, True),
    "title_medium": (18, 1.4, True),
    "title_small": (16, 1.4, True),
    "body_large": (17, 1.5, False),
    "body_medium": (15, 1.5, False),
    "body_small": (15, 1.45, False),
    "label_large": (16, 1.3, True),
    "label_medium": (15, 1.3, False),
    "label_small": (15, 1.3, False),
}


def theme(scale: float = 1.0) -> ft.Theme:
    """The app's theme with text at `scale` (1.0 to 2.0)."""
    body = _style(17, 1.4, False, scale)
    action = ft.TextStyle(size=17 * scale, weight=ft.FontWeight.W_600, font_family=FONT, letter_spacing=0)
    shape = ft.RoundedRectangleBorder(radius=RADIUS)
    press = ft.Padding.symmetric(vertical=15, horizontal=22)
    edge = ft.BorderSide(1.5, GREEN)
    return ft.Theme(
        font_family=FONT,
        color_scheme=_colours(),
        scaffold_bgcolor=PAPER,
        canvas_color=PAPER,
        hover_color=ft.Colors.with_opacity(0.06, GREEN),
        text_theme=ft.TextTheme(
            **{k: _style(s, lead, bold, _grown(s, scale)) for k, (s, lead, bold) in _SIZES.items()}
        ),
        filled_button_theme=ft.FilledButtonTheme(
            ft.ButtonStyle(shape=shape, padding=press, text_style=action, icon_size=22 * scale)
        ),
        outlined_button_theme=ft.OutlinedButtonTheme(
            ft.ButtonStyle(shape=shape, padding=press, text_style=action, icon_size=22 * scale, side=edge)
        ),
        text_button_theme=ft.TextButtonTheme(
            ft.ButtonStyle(
                shape=shape,
                padding=ft.Padding.symmetric(vertical=14, horizontal=14),
                text_style=action,
                icon_size=22 * scale,
            )
        ),
        icon_button_theme=ft.IconButtonTheme(
            ft.ButtonStyle(padding=ft.Padding.all(12), icon_size=24 * min(scale, 1.5))
        ),
        card_theme=ft.CardTheme(color=CARD, elevation=0),
        divider_theme=ft.DividerTheme(color=LINE, thickness=1, space=1),
        navigation_bar_theme=ft.NavigationBarTheme(
            bgcolor=CARD,
            indicator_color=GREEN_SOFT,
            elevation=0,
            height=70,
            label_padding=ft.Padding.only(top=2),
            label_text_style=_style(15, 1.2, True, 1.0),
        ),
        navigation_rail_theme=ft.NavigationRailTheme(
            bgcolor=PAPER,
            indicator_color=GREEN_SOFT,
            selected_label_text_style=_style(15, 1.3, True, min(scale, 1.5), GREEN_DEEP),
            unselected_label_text_style=_style(15, 1.3, False, min(scale, 1.5), INK_SOFT),
        ),
        dialog_theme=ft.DialogTheme(
            bgcolor=CARD,
            elevation=2,
            shape=ft.RoundedRectangleBorder(radius=RADIUS + 4),
            title_text_style=_style(21, 1.4, True, scale),
            content_text_style=body,
        ),
        snackbar_theme=ft.SnackBarTheme(
            bgcolor=GREEN_DEEP, content_text_style=_style(17, 1.4, False, scale, "#FFFFFF"), shape=shape
        ),
        progress_indicator_theme=ft.ProgressIndicatorTheme(color=GREEN, linear_track_color=GREEN_SOFT),
        tooltip_theme=ft.TooltipTheme(text_style=_style(15, 1.4, False, scale, "#FFFFFF")),
        visual_density=ft.VisualDensity.STANDARD,
    )


def outline() -> dict[ft.ControlState, ft.InputBorder]:
    """The line round a field: strong enough to see where to write, ink green where one writes."""
    bad = tone("bad").ink

    def line(colour: str, width: float) -> ft.InputBorder:
        return ft.OutlineInputBorder(side=ft.BorderSide(width, colour), border_radius=RADIUS)

    return {
        ft.ControlState.ERROR: line(bad, 2),
        ft.ControlState.FOCUSED: line(GREEN, 2),
        ft.ControlState.DEFAULT: line(LINE_STRONG, 1),
    }


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two hex colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _grown(size: float, scale: float) -> float:
    """What is large already grows less, so that a heading of two words still fits a phone at 200 %."""
    return scale if size <= 20 else min(scale, 1.6)


def _style(size: float, lead: float, bold: bool, scale: float, colour: str = INK) -> ft.TextStyle:
    return ft.TextStyle(
        size=size * scale,
        height=lead,
        weight=ft.FontWeight.W_600 if bold else ft.FontWeight.W_400,
        color=colour,
        font_family=FONT,
        letter_spacing=0,
    )


def _colours() -> ft.ColorScheme:
    bad = tone("bad")
    return ft.ColorScheme(
        primary=GREEN,
        on_primary="#FFFFFF",
        primary_container=GREEN_SOFT,
        on_primary_container=GREEN_DEEP,
        secondary="#6B5832",
        on_secondary="#FFFFFF",
        secondary_container=GREEN_SOFT,
        on_secondary_container=GREEN_DEEP,
        tertiary=SEAL,
        on_tertiary="#FFFFFF",
        tertiary_container="#F6E0D8",
        on_tertiary_container="#6E1F14",
        error=bad.ink,
        on_error="#FFFFFF",
        error_container=bad.ground,
        on_error_container=bad.ink,
        surface=PAPER,
        on_surface=INK,
        on_surface_variant=INK_SOFT,
        outline=LINE_STRONG,
        outline_variant=LINE,
        shadow="#000000",
        scrim="#000000",
        inverse_surface=GREEN_DEEP,
        on_inverse_surface="#FFFFFF",
        inverse_primary="#A9D3BC",
        surface_tint=PAPER,
        surface_bright=CARD,
        surface_dim=SUNKEN,
        surface_container_lowest=CARD,
        surface_container_low=CARD,
        surface_container=CARD,
        surface_container_high=CARD,
        surface_container_highest=SUNKEN,
    )
