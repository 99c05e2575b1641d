"""A household that is known more than once: the registrations joined in it, and those that may be the same."""

from collections.abc import Awaitable, Callable

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, text
from app.ui.parts.likeness import asked, likeness
from app.work.candidates import Candidate
from app.work.household import HouseholdPage, Registration

Act = Callable[[str], Awaitable[None]]
"""Does something with the household of this id."""


def joined(desk: Desk, page: HouseholdPage, part: Act) -> list[ft.Control]:
    """The registrations that are shown here as one; nothing for a household that has but one."""
    if not page.registrations:
        return []
    rows: list[ft.Control] = [text.body(desk.t("joined.body", code=page.line.code))]
    for registration in page.registrations:
        rows += [ft.Divider(), _registration(desk, registration, page.line.household, part)]
    return [cards.section(desk.t("joined.title", n=len(page.registrations)), [cards.card(rows)])]


def doubted(desk: Desk, page: HouseholdPage, join: Act, other: Act) -> list[ft.Control]:
    """The households that may be this one, to say whether they are; nothing when there are none."""
    if not page.candidates:
        return []
    shown = [likeness(desk.lang, c, _buttons(desk, c, join, other)) for c in page.candidates]
    return [asked(desk.t("same.on_page"), desk.t("same.on_page_body"), shown, id="doubles")]


def _registration(desk: Desk, registration: Registration, first: str, part: Act) -> ft.Control:
    about = " · ".join(x for x in (registration.head, registration.area_name) if x)
    lines: list[ft.Control] = [text.title(desk.t("household.code", code=registration.code)), text.soft(about)]
    row: list[ft.Control] = [ft.Column(lines, spacing=0, expand=True, tight=True)]
    if registration.household != first:
        row.append(
            actions.quiet(
                desk.t("joined.part"),
                _with(part, registration.household),
                icon=ft.Icons.CALL_SPLIT,
                id=f"part-{registration.household}",
            )
        )
    return ft.Row(row, spacing=10)


def _buttons(desk: Desk, found: Candidate, join: Act, other: Act) -> list[ft.Control]:
    def look() -> None:
        desk.go(f"/household/{found.household}")

    return [
        actions.secondary(
            desk.t("same.join"), _with(join, found.household), icon=ft.Icons.MERGE, id=f"join-{found.household}"
        ),
        actions.quiet(desk.t("same.other"), _with(other, found.household), id=f"other-{found.household}"),
        actions.quiet(
            desk.t("same.look"), lambda: desk.go(f"/household/{found.household}"), id=f"look-{found.household}"
        ),
    ]


def _with(act: Act, household: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await act(household)

    return run
