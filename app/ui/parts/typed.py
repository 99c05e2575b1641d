"""Questions answered by typing: words, numbers, money, days.

The client owns the text while somebody types. A redraw hands the field back the very text the client last sent (read
from the live control), never one worked out from the answer: with a slow line a late echo would eat keystrokes. Only
when the answer was changed elsewhere, or the field is left, does it show the answer again.
"""

from collections.abc import Callable
from datetime import date

import flet as ft

from app.ui.parts import figures
from app.ui.parts.question import framed
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box
from app.ui.theme import BODY, CARD, outline
from app.ui.words.catalogue import say
from schemas.codec import Value
from schemas.forms.runtime import Question

DIGITS = ft.InputFilter(r"^-?\d*$")
SUM = ft.InputFilter(r"^[-+*×xX\d.,， ]*$")
DAY = ft.InputFilter(r"^[\d\-/.年月日 ]*$")


def read(question: Question, text: str) -> Value:
    """The answer that a typed text means; text that means none comes back as it is, for the form to complain of."""
    plain = text.strip()
    if not plain:
        return None
    match question.type:
        case "integer":
            return int(plain) if plain.lstrip("-").isdecimal() and len(plain) < 16 else plain
        case "decimal":
            return figures.reckon(plain) or plain
        case "date":
            return figures.read_day(plain) or plain
        case _:
            return text


def shown(question: Question) -> str:
    """An answer as the text to edit."""
    return "" if question.value is None else str(question.value)


@ft.component
def Typed(box: Box, sheet: Sheet, lang: str) -> ft.Control:
    question = box.question
    mine, _ = ft.use_state(_Typed())
    editing, set_editing = ft.use_state(False)
    calendar, set_calendar = ft.use_state(False)

    def changed(e: ft.Event[ft.TextField]) -> None:
        mine.text = e.control.value
        sheet.answer(question.path, read(question, mine.text))
        mine.meant = box.question.value

    def left(_: ft.Event[ft.TextField]) -> None:
        mine.text = None
        set_editing(False)

    def chosen(day: date | None) -> None:
        set_calendar(False)
        if day is not None:
            mine.text = None
            sheet.answer(question.path, day.isoformat())

    ft.use_dialog(_calendar(question, chosen, lambda: set_calendar(False)) if calendar else None)
    text = mine.now(question)
    control = _text_field(question, lang, text, mine.live)
    if editing and not text and question.unit == "fen":
        control.helper = say(lang, "part.sum_hint")
    control.on_change = changed
    control.on_focus = lambda _: set_editing(True)
    control.on_blur = left
    if question.type == "date" and not question.readonly:
        control.suffix_icon = ft.IconButton(
            ft.Icons.CALENDAR_MONTH_OUTLINED,
            tooltip=say(lang, "part.calendar"),
            on_click=lambda _: set_calendar(True),
        )
    named = ft.Semantics(identifier=f"q:{question.path}", label=question.label, content=control)
    return framed(
        box,
        lang,
        # Merged, the label becomes the input's own; a field with a button inside has to stay two things.
        named if question.type == "date" else ft.MergeSemantics(named),
        comment=sheet.comment(question.path),
        quiet=editing,
    )


class _Typed:
    """What was last typed here and the answer it led to; `text` is None when nobody is typing."""

    def __init__(self) -> None:
        self.live: ft.Ref[ft.TextField] = ft.Ref()
        self.text: str | None = None
        self.meant: Value = None

    def now(self, question: Question) -> str:
        """The text to hand to the field: the client's own while it types, else the answer."""
        control = self.live.current
        if control is None or self.text is None or question.value != self.meant:
            return shown(question)
        return control.value


def _text_field(question: Question, lang: str, text: str, live: ft.Ref[ft.TextField]) -> ft.TextField:
    control = ft.TextField(
        ref=live,
        value=text,
        read_only=question.readonly,
        border=outline(),
        filled=True,
        fill_color=CARD,
        helper_max_lines=3,
        content_padding=ft.Padding.symmetric(vertical=16, horizontal=14),
        helper=_read_back(question, text, lang),
    )
    match question.type:
        case "integer":
            control.keyboard_type = ft.KeyboardType.NUMBER
            control.input_filter = DIGITS
        case "decimal":
            control.keyboard_type = ft.KeyboardType.PHONE if question.unit == "fen" else ft.KeyboardType.NUMBER
            control.input_filter = SUM
        case "date":
            control.keyboard_type = ft.KeyboardType.DATETIME
            control.input_filter = DAY
            control.hint_text = say(lang, "part.date_hint")
        case _ if "multiline" in question.appearance:
            control.multiline = True
            control.min_lines = 3
            control.max_lines = 8
        case _ if "numbers" in question.appearance:
            control.keyboard_type = ft.KeyboardType.PHONE
    unit = _unit(question.unit, lang)
    if unit and unit not in question.label:
        words = ft.Text(unit, theme_style=BODY, color=ft.Colors.ON_SURFACE_VARIANT)
        control.suffix_icon = ft.Row(
            [words], tight=True, width=24 + 20 * len(unit), alignment=ft.MainAxisAlignment.CENTER
        )
    return control


def _read_back(question: Question, text: str, lang: str) -> str | None:
    """What was understood, where typing and meaning may part: a sum, many digits, a day."""
    if question.type == "date":
        iso = figures.read_day(text)
        return figures.day(iso, lang) if iso else None
    if question.type == "decimal" and question.unit == "fen":
        fen = figures.fen(text)
        if fen is not None and (figures.is_sum(text) or abs(fen) >= 1_000_000):
            return say(lang, "part.sum", figure=figures.yuan(fen, lang))
    return None


def _unit(unit: str, lang: str) -> str:
    words = say(lang, f"unit.{unit}")
    return unit if words.startswith("unit.") else words


def _calendar(
    question: Question, chosen: Callable[[date | None], None], dismissed: Callable[[], None]
) -> ft.DatePicker:
    iso = figures.read_day(str(question.value or ""))
    return ft.DatePicker(
        value=date.fromisoformat(iso) if iso else None,
        first_date=date(1900, 1, 1),
        last_date=date(2100, 12, 31),
        on_change=lambda e: chosen(figures.picked(e.control.value)),
        on_dismiss=lambda _: dismissed(),
    )
