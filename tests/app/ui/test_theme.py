"""The look keeps its promises: contrast, size of text, size of what is touched."""

import dataclasses

import pytest

from app.ui import theme

AA = 4.5
PAIRS = {
    "text on paper": (theme.INK, theme.PAPER),
    "text on a card": (theme.INK, theme.CARD),
    "text on a sunken key": (theme.INK, theme.SUNKEN),
    "secondary text on paper": (theme.INK_SOFT, theme.PAPER),
    "secondary text on a card": (theme.INK_SOFT, theme.CARD),
    "secondary text on a chosen card": (theme.INK_SOFT, theme.GREEN_SOFT),
    "a button's words": ("#FFFFFF", theme.GREEN),
    "headings": (theme.GREEN_DEEP, theme.PAPER),
    "words on what is chosen": (theme.GREEN_DEEP, theme.GREEN_SOFT),
    "a link on a card": (theme.GREEN, theme.CARD),
    "a count on the seal": ("#FFFFFF", theme.SEAL),
    **{f"status {name}": (shade.ink, shade.ground) for name, shade in theme.SHADES.items()},
    **{f"status {name} on a card": (shade.ink, theme.CARD) for name, shade in theme.SHADES.items()},
}


@pytest.mark.parametrize("pair", PAIRS)
def test_text_has_the_contrast_that_aa_asks(pair: str) -> None:
    assert theme.contrast(*PAIRS[pair]) >= AA


def test_the_line_round_a_field_can_be_seen() -> None:
    assert theme.contrast(theme.LINE_STRONG, theme.CARD) >= 3


def test_black_on_white_is_21_and_a_colour_on_itself_1() -> None:
    assert round(theme.contrast("#000000", "#FFFFFF"), 2) == 21
    assert theme.contrast(theme.GREEN, theme.GREEN) == 1


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_text_is_under_15(scale: float) -> None:
    roles = theme.theme(scale).text_theme
    assert roles is not None
    styles = [getattr(roles, field.name) for field in dataclasses.fields(roles)]
    assert min(style.size for style in styles) >= 15 * scale


def test_twice_the_size_is_twice_the_size() -> None:
    once, twice = theme.theme(1.0).text_theme, theme.theme(2.0).text_theme
    assert once is not None
    assert twice is not None
    assert once.body_large is not None
    assert twice.body_large is not None
    assert twice.body_large.size == 2 * (once.body_large.size or 0)


def test_status_is_told_by_a_shape_too() -> None:
    icons = [shade.icon for shade in theme.SHADES.values()]
    assert len(set(icons)) == len(icons)
