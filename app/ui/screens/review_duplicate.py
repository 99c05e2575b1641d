"""Two registrations on one page: where each came from, who is in it, what they tell alike and what not, what was said
of them so far; and at the end what the supervisor says."""

from collections.abc import Sequence

import flet as ft

from app.review.registrations import DoublePage, RegistrationFile, Said
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.asking import act, not_yet, use_asked
from app.ui.parts.frame import frame
from app.ui.screens.review_answer import Answer, buttons, form, inside, name_of, parted
from app.ui.screens.review_compared import compared, mark
from app.ui.screens.review_duplicates import WHY_TONE, shows_decided, verdict
from app.ui.screens.review_values import Reading
from schemas import records
from schemas.merge import SAME

COLUMN = 900


@ft.component
def ReviewDuplicate(desk: Desk, low: str, high: str) -> ft.Control:
    review = desk.review
    asked, put = use_asked(desk, lambda: review.double(low, high), "double", low, high)
    answer, change = ft.use_state(Answer())
    anew, set_anew = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    page = asked.value
    back = "" if desk.two_panes else "/desk/duplicates" + ("?decided=1" if shows_decided(desk.route) else "")

    async def send() -> None:
        if page is None or busy:
            return
        set_busy(True)
        said = answer
        done = await act(
            desk, lambda: review.decide_double(page, said.households(page), said.of_people(page), said.basis)
        )
        set_busy(False)
        if done is not None:
            put(done)
            change(Answer())
            set_anew(False)
            desk.refresh()
            desk.tell(desk.t("double.done"), "ok")

    def begin(with_answer: Answer) -> None:
        change(with_answer)
        set_anew(True)

    if page is None:
        return frame(desk, desk.t("double.title"), not_yet(desk, asked.failed), back=back)
    answering = page.may and (page.open or anew)
    body: list[ft.Control] = [
        *_standing(desk, page),
        *_said(desk, page),
        _sides(desk, page),
        *_rows(desk, page),
        *([form(desk, page, answer, change)] if answering else []),
    ]
    footer: list[ft.Control] = []
    if answering:
        footer = buttons(desk, page, answer, busy, send)
    elif page.may:
        footer = [
            actions.secondary(desk.t("double.change"), lambda: begin(Answer()), id="change"),
            *(
                [
                    actions.secondary(
                        desk.t("double.part"), lambda: begin(parted(page)), icon=ft.Icons.CALL_SPLIT, id="part"
                    )
                ]
                if is_one(page)
                else []
            ),
        ]
    return frame(desk, desk.t("double.title"), body, back=back, footer=footer, column=COLUMN, id="review-double")


def is_one(page: DoublePage) -> bool:
    """Whether anything here is said to be one."""
    return page.joined == SAME or any(pair.verdict == SAME for pair in page.pairs)


def _standing(desk: Desk, page: DoublePage) -> list[ft.Control]:
    chips = [status.chip(desk.t(f"doubles.why_{page.why}"), WHY_TONE.get(page.why, "plain"))]
    if inside(page):
        chips.append(status.chip(desk.t("doubles.inside"), "plain"))
    if not page.open:
        same = sum(pair.verdict == SAME for pair in page.pairs)
        chips.insert(0, verdict(desk, page.joined, same, inside=inside(page)))
    out: list[ft.Control] = [ft.Row(list(chips), wrap=True, spacing=6, run_spacing=6)]
    if page.beyond:
        hidden = next(side for side in page.sides if not side.visible)
        told = desk.t("double.hidden", place=hidden.area_name, code=hidden.short_code)
        out.append(status.banner(told, "info"))
    if page.joined == "rival" or any(pair.verdict == "rival" for pair in page.pairs):
        out.append(status.banner(desk.t("doubles.rival"), "bad"))
    return out


def _sides(desk: Desk, page: DoublePage) -> ft.Control:
    each: list[ft.Control] = [
        ft.Container(_side(desk, side, number, len(page.sides) > 1), col={"xs": 12, "md": 6})
        for number, side in enumerate(page.sides)
    ]
    return ft.ResponsiveRow(each, spacing=12, run_spacing=12)


def _side(desk: Desk, side: RegistrationFile, number: int, marked: bool) -> ft.Control:
    whose = (side.head or desk.t("review.nameless")) if side.visible else desk.t("doubles.beyond")
    head: list[ft.Control] = [*([mark(desk, number)] if marked else []), text.title(whose, expand=True)]
    parts: list[ft.Control] = [
        ft.Row(head, spacing=10),
        text.soft(f"{side.area_name} · {desk.t('review.code', code=side.short_code)}"),
    ]
    if not side.visible:
        return cards.card(parts, spacing=6)
    if side.address:
        parts.append(text.body(side.address))
    parts.append(text.soft(desk.t("double.registered", name=side.by, at=desk.moment(side.registered_at))))
    visited = desk.day_of(side.visited_on or "")
    parts.append(text.soft(desk.t("double.visited", day=visited) if visited else desk.t("double.never_visited")))
    parts.append(_decided(desk, side))
    parts.append(text.label(desk.t("double.people", n=len(side.people))))
    for person in side.people:
        line = " · ".join(
            x
            for x in (
                person.name or desk.t("review.nameless"),
                records.label("relation", person.relation, desk.lang) if person.relation else "",
                desk.day_of(person.born or ""),
            )
            if x
        )
        found = [status.chip(desk.t("double.found"), "warn")] if person.found and marked else []
        parts.append(ft.Row([text.body(line), *found], wrap=True, spacing=8, run_spacing=2))
    return cards.card(parts, spacing=6)


def _decided(desk: Desk, side: RegistrationFile) -> ft.Control:
    if not side.decided:
        return text.soft(desk.t("double.undecided"))
    chips: list[ft.Control] = []
    for case in side.decided:
        said = desk.label("verdict", case.verdict)
        if case.verdict == "eligible":
            said = desk.t("review.decided", verdict=said, amount=desk.money(case.amount))
        words = desk.t("double.decided", programme=desk.label("programme", case.programme), verdict=said)
        tone: theme.Tone = "ok" if case.verdict == "eligible" else "plain"
        chips.append(status.chip(words, tone))
    return ft.Row(chips, wrap=True, spacing=6, run_spacing=6)


def _rows(desk: Desk, page: DoublePage) -> list[ft.Control]:
    if page.beyond:
        return []
    reading = Reading(desk.lang, {})
    out = [cards.section(name_of(desk, page, pair), [compared(desk, pair.rows, reading)]) for pair in page.pairs]
    if not inside(page):
        out.append(cards.section(desk.t("double.household"), [compared(desk, page.rows, reading)]))
    return out


def _said(desk: Desk, page: DoublePage) -> list[ft.Control]:
    if not page.said:
        return []
    names = {pair.key: name_of(desk, page, pair) for pair in page.pairs}
    return [cards.section(desk.t("double.said"), [cards.card(_lines(desk, page.said, names), spacing=10)])]


def _lines(desk: Desk, said: Sequence[Said], names: dict[str, str]) -> list[ft.Control]:
    out: list[ft.Control] = []
    for one in said:
        device = desk.t("conflict.desk") if one.device_name == "desk" else one.device_name
        words = f"{names.get(one.key, desk.t('double.households'))}：{desk.t(f'double.said_{one.verdict}')}"
        if one.basis:
            words = f"{words}（{records.label('link_basis', one.basis, desk.lang)}）"
        by = desk.t("double.said_by", name=one.name, device=device, at=desk.moment(one.received_at))
        out.append(ft.Column([text.body(words), text.soft(by)], spacing=0, tight=True))
    return out
