"""What a supervisor says of two registrations: one household, two with somebody in both, or neither; and what that
rests on. Nothing is chosen beforehand, and nothing is sent before everything has been."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import flet as ft

from app.review.registrations import DoublePage, PersonPair
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, text
from schemas import records
from schemas.merge import DIFFERENT, SAME

ONE, TWO, NONE = "one", "two", "none"


@dataclass(frozen=True)
class Answer:
    """What has been chosen so far. `people` by the key of the pair."""

    choice: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""

    def complete(self, page: DoublePage) -> bool:
        return bool(self.basis) and self._decided(page)

    def households(self, page: DoublePage) -> str:
        """What is said of the two households; empty within one."""
        return "" if inside(page) else SAME if self.choice == ONE else DIFFERENT

    def of_people(self, page: DoublePage) -> dict[str, str]:
        """What is said of each pair of people. Households that are one make their people one."""
        if not inside(page) and self.choice == ONE:
            return {}
        if not inside(page) and self.choice == NONE:
            return {pair.key: DIFFERENT for pair in page.pairs}
        return dict(self.people)

    def _decided(self, page: DoublePage) -> bool:
        if not inside(page) and self.choice in (ONE, NONE):
            return True
        chosen = all(pair.key in self.people for pair in page.pairs)
        return chosen and (inside(page) or (self.choice == TWO and SAME in self.people.values()))


Change = Callable[[Answer], None]


def inside(page: DoublePage) -> bool:
    """Whether it is about people within one household."""
    return page.low == page.high


def parted(page: DoublePage) -> Answer:
    """The answer that takes everything back that was said to be one."""
    return Answer(NONE, {pair.key: DIFFERENT for pair in page.pairs} if inside(page) else {})


def form(desk: Desk, page: DoublePage, answer: Answer, change: Change) -> ft.Control:
    """The answer as far as it goes."""
    body: list[ft.Control] = []
    if inside(page):
        body += [_pair(desk, page, pair, answer, change) for pair in page.pairs]
    else:
        body += [_choice(desk, name, answer, change) for name in ((ONE, TWO, NONE) if page.pairs else (ONE, NONE))]
        if answer.choice == TWO:
            body += [_pair(desk, page, pair, answer, change) for pair in page.pairs]
    body += [text.label(desk.t("double.basis")), _bases(desk, answer, change), text.soft(desk.t("double.reversible"))]
    return cards.section(desk.t("double.answer"), [ft.Column(body, spacing=10)])


def buttons(
    desk: Desk, page: DoublePage, answer: Answer, busy: bool, send: Callable[[], Awaitable[None]]
) -> list[ft.Control]:
    """The button that records the answer, and what is still wanted before it can."""
    complete = answer.complete(page)
    wanted = [] if complete else [text.soft(desk.t("double.wanted"), expand=True)]
    return [
        *wanted,
        actions.primary(desk.t("double.go"), send, icon=ft.Icons.CHECK, disabled=busy or not complete, id="decide"),
    ]


def name_of(desk: Desk, page: DoublePage, pair: PersonPair) -> str:
    """The name of the person a pair is about."""
    names = [str(v) for row in pair.rows if row.slot == "name" for v in row.values if v]
    known = {p.record: p.name for side in page.sides for p in side.people}
    names += [known[record] for record in pair.key.split(" ") if known.get(record)]
    return next(iter(names), desk.t("review.nameless"))


def _choice(desk: Desk, name: str, answer: Answer, change: Change) -> ft.Control:
    return _tile(
        answer.choice == name,
        [text.label(desk.t(f"double.{name}")), text.soft(desk.t(f"double.{name}_body"))],
        lambda: change(replace(answer, choice=name)),
        id=f"answer-{name}",
    )


def _pair(desk: Desk, page: DoublePage, pair: PersonPair, answer: Answer, change: Change) -> ft.Control:
    def say(verdict: str) -> Callable[[], None]:
        return lambda: change(replace(answer, people={**answer.people, pair.key: verdict}))

    tiles: list[ft.Control] = [
        ft.Container(
            _tile(
                answer.people.get(pair.key) == verdict,
                [text.body(desk.t(f"double.is_{verdict}"))],
                say(verdict),
                id=f"pair-{verdict}-{pair.key[:8]}",
            ),
            col={"xs": 12, "sm": 6},
        )
        for verdict in (SAME, DIFFERENT)
    ]
    return ft.Column(
        [text.label(name_of(desk, page, pair)), ft.ResponsiveRow(tiles, spacing=10, run_spacing=8)], spacing=6
    )


def _bases(desk: Desk, answer: Answer, change: Change) -> ft.Control:
    def say(code: str) -> Callable[[], None]:
        return lambda: change(replace(answer, basis=code))

    tiles: list[ft.Control] = [
        ft.Container(
            _tile(answer.basis == code, [text.body(said[desk.lang])], say(code), id=f"basis-{code}"),
            col={"xs": 12, "sm": 6},
        )
        for code, said in records.codes("link_basis").items()
    ]
    return ft.ResponsiveRow(tiles, spacing=10, run_spacing=8)


def _tile(on: bool, words: list[ft.Control], press: Callable[[], None], *, id: str) -> ft.Control:
    sign = ft.Icon(
        ft.Icons.RADIO_BUTTON_CHECKED if on else ft.Icons.RADIO_BUTTON_UNCHECKED,
        color=theme.GREEN if on else theme.LINE_STRONG,
        size=24,
    )
    content = ft.Row([sign, ft.Column(words, spacing=2, tight=True, expand=True)], spacing=12)
    return ft.Semantics(checked=on, content=cards.pressable(content, lambda _: press(), id=id, selected=on))
