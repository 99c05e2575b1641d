"""A result as people read it: the verdict large, the amount, why, what is still missing, then every line with its
figures and its source. Nothing here decides anything; it only says what the engine said."""

from collections.abc import Mapping, Sequence

import flet as ft

from app.ui.parts import cards, status, text
from app.ui.parts.figures import day, yuan
from app.ui.theme import LINE, RADIUS, Tone, tone
from app.ui.words.catalogue import say
from schemas import records
from schemas.policy.result import Counted, Line, Missing, Programme, Result, Words

TONES: Mapping[str, Tone] = {"eligible": "ok", "not": "plain", "undetermined": "warn"}


def result(found: Result, lang: str, people: Mapping[str, str]) -> ft.Control:
    """Every programme of a result; `people` names members by their record."""
    parts: list[ft.Control] = [programme(p, lang, people) for p in found.programmes]
    parts.append(text.soft(say(lang, "result.standard_day", day=day(found.on, lang), pack=found.pack_name)))
    return ft.Column(parts, spacing=18, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def programme(found: Programme, lang: str, people: Mapping[str, str]) -> ft.Control:
    parts: list[ft.Control] = [verdict(found, lang)]
    if found.missing:
        parts.append(_missing(found.missing, lang))
    parts.append(cards.section(say(lang, "result.why"), [_lines(found.lines, lang)]))
    if found.people:
        parts.append(cards.section(say(lang, "result.people"), [_people(found.people, people, lang)]))
    return ft.Column(parts, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def verdict(found: Programme, lang: str) -> ft.Control:
    """The verdict and the amount, to be read at arm's length."""
    shade = tone(TONES.get(found.verdict, "plain"))
    head = ft.Row(
        [
            ft.Icon(shade.icon, color=shade.ink, size=30),
            ft.Semantics(
                identifier=f"verdict:{found.programme}",
                content=text.headline(_word("verdict", found.verdict, lang), color=shade.ink),
                expand=True,
            ),
        ],
        spacing=10,
    )
    parts: list[ft.Control] = [text.soft(_in(found.title, lang), color=shade.ink), head]
    figure = amount(found, lang)
    if figure:
        parts.append(
            ft.Row(
                [
                    ft.Semantics(identifier=f"amount:{found.programme}", content=text.figure(figure, color=shade.ink)),
                    text.body(say(lang, f"unit.{found.unit}"), color=shade.ink),
                ],
                spacing=8,
                run_spacing=0,
                wrap=True,
                vertical_alignment=ft.CrossAxisAlignment.END,
            )
        )
    parts.append(text.body(_in(found.because, lang), color=shade.ink))
    if found.sample:
        parts.append(text.soft(say(lang, "result.sample"), color=shade.ink))
    return ft.Container(
        ft.Column(parts, spacing=6, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=18,
        bgcolor=shade.ground,
        border=ft.Border.all(1.5, shade.line),
        border_radius=RADIUS,
    )


def amount(found: Programme, lang: str) -> str:
    """The amount in words: one figure when decided, what it can still be when not, nothing for a refusal."""
    if found.verdict == "eligible" and found.amount is not None:
        return yuan(found.amount, lang)
    if found.verdict == "undetermined" and found.most:
        return say(
            lang, "result.between", least=yuan(found.least, lang).removesuffix(" 元"), most=yuan(found.most, lang)
        )
    return ""


def _missing(missing: Sequence[Missing], lang: str) -> ft.Control:
    shade = tone("warn")
    rows: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.HELP_OUTLINE, color=shade.ink, size=22),
                ft.Column([text.label(_in(m.label, lang)), text.soft(_in(m.effect, lang))], spacing=2, expand=True),
            ],
            spacing=10,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        for m in missing
    ]
    return cards.section(say(lang, "result.missing", n=len(missing)), [cards.card(rows)])


def _lines(lines: Sequence[Line], lang: str) -> ft.Control:
    rows: list[ft.Control] = []
    for line in lines:
        if rows:
            rows.append(ft.Divider(color=LINE))
        rows.append(_line(line, lang))
    return cards.card(rows, spacing=10)


def _line(line: Line, lang: str) -> ft.Control:
    label = ft.Container(text.label(_in(line.label, lang)), expand=True)
    head: list[ft.Control] = [label]
    shown = value(line, lang)
    if shown:
        head.append(text.label(shown))
    parts: list[ft.Control] = [ft.Row(head, vertical_alignment=ft.CrossAxisAlignment.START, spacing=12)]
    words = _in(line.text, lang)
    if words:
        parts.append(text.body(words))
    cited = line.cited(lang)
    if cited:
        parts.append(text.soft(say(lang, "result.cite", text=cited)))
    return ft.Column(parts, spacing=3, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def value(line: Line, lang: str) -> str:
    """A line's own figure for its right-hand edge; empty where the text says it better."""
    match line.value:
        case bool():
            return say(lang, "result.yes" if line.value else "result.no")
        case int() if line.unit.startswith("fen"):
            return yuan(line.value, lang)
        case int():
            return f"{line.value:,}"
        case _:
            return ""


def _people(people: Sequence[Counted], names: Mapping[str, str], lang: str) -> ft.Control:
    rows: list[ft.Control] = []
    for person in people:
        words, shade = _COUNTS[person.counts]
        rows.append(
            ft.Column(
                [
                    ft.Row(
                        [
                            text.label(names.get(person.member) or say(lang, "part.unnamed")),
                            status.chip(say(lang, words), shade),
                        ],
                        wrap=True,
                        spacing=10,
                    ),
                    text.soft(_in(person.because, lang)),
                ],
                spacing=3,
            )
        )
    return cards.card(rows)


_COUNTS: Mapping[bool | None, tuple[str, Tone]] = {
    True: ("result.counts", "ok"),
    False: ("result.counts_not", "plain"),
    None: ("result.counts_unknown", "warn"),
}


def _word(table: str, code: str, lang: str) -> str:
    return records.label(table, code, lang)


def _in(words: Words, lang: str) -> str:
    """Words in a language, as they stand at the beginning of a line."""
    text = words.get(lang) or words.get("zh") or ""
    return text[:1].upper() + text[1:]
