"""The supervisor's queue: the visits that wait, oldest first, with what decides which to open first; and beside them
those that were returned or accepted, newest first. Which of the three is shown stands in the address."""

from functools import partial
from urllib.parse import parse_qs, urlsplit

import flet as ft

from app.review.answers import Counts, Queue, QueueRow
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.asking import act, not_yet, use_asked, use_more
from app.ui.parts.frame import frame

STATUSES = ("done", "returned", "accepted")
VERDICT_TONE: dict[str, theme.Tone] = {"eligible": "ok", "not": "plain", "undetermined": "warn"}


@ft.component
def ReviewQueue(desk: Desk) -> ft.Control:
    shown = status_of(desk.route)
    review = desk.review

    def ask() -> tuple[Counts, Queue]:
        return review.counts(), review.queue(shown)

    asked, put = use_asked(desk, ask, "queue", shown)
    more = use_more(desk, put)

    def following(counts: Counts, queue: Queue) -> tuple[Counts, Queue]:
        page = review.queue(shown, queue.next)
        return counts, Queue(queue.visits + page.visits, page.next)

    if asked.value is None:
        body = not_yet(desk, asked.failed)
    else:
        counts, queue = asked.value
        body = [_statuses(desk, counts, shown), *_alarm(desk, counts, shown)]
        body += [_row(desk, row, shown) for row in queue.visits] or [_nothing(desk, shown)]
        if queue.next is not None:
            body.append(more(partial(following, counts, queue)))
    return frame(
        desk,
        desk.t("queue.title"),
        body,
        subtitle=who(desk),
        buttons=desk_buttons(desk),
        notices=not (desk.two_panes and desk.route.startswith("/desk/visits/")),
        id="queue",
    )


def status_of(route: str) -> str:
    """Which list an address asks for; those that wait when it does not say."""
    asked = parse_qs(urlsplit(route).query).get("status", [""])[0]
    return asked if asked in STATUSES else "done"


def who(desk: Desk) -> str:
    """Who is at the desk, for the line under a title."""
    login = desk.login
    return "" if login is None else f"{login.name} · {desk.t(f'role.{login.role}')}"


def desk_buttons(desk: Desk) -> list[ft.Control]:
    """Refresh and log out, on every first screen of the desk."""

    async def out() -> None:
        await act(desk, desk.review.logout)
        desk.leave()
        desk.go("/desk")  # the next one to log in may not be allowed where this one was

    return [
        actions.icon(ft.Icons.REFRESH, desk.t("review.refresh"), desk.refresh, id="refresh"),
        actions.icon(ft.Icons.LOGOUT, desk.t("review.logout"), out, id="logout"),
    ]


def _statuses(desk: Desk, counts: Counts, shown: str) -> ft.Control:
    return ft.SegmentedButton(
        segments=[
            ft.Segment(value=s, label=ft.Text(f"{desk.t(f'queue.{s}')} {counts.status.get(s, 0)}")) for s in STATUSES
        ],
        selected=[shown],
        show_selected_icon=False,
        on_change=lambda e: desk.go(f"/desk?status={next(iter(e.control.selected), 'done')}"),
    )


def _alarm(desk: Desk, counts: Counts, shown: str) -> list[ft.Control]:
    if shown != "done":
        return []
    out: list[ft.Control] = []
    if counts.conflicts:
        out.append(status.banner(desk.t("queue.conflicts", n=counts.conflicts), "warn"))
    if counts.duplicates:
        look = actions.quiet(desk.t("queue.see_held"), lambda: desk.go("/desk/duplicates"), id="see-duplicates")
        out.append(status.banner(desk.t("queue.duplicates", n=counts.duplicates), "info", action=look))
    if counts.held:
        look = actions.quiet(desk.t("queue.see_held"), lambda: desk.go("/desk/held"), id="see-held")
        out.append(status.banner(desk.t("queue.held", n=counts.held), "info", action=look))
    return out


def _nothing(desk: Desk, shown: str) -> ft.Control:
    return status.empty(ft.Icons.INBOX_OUTLINED, desk.t(f"queue.empty_{shown}"), desk.t("queue.empty_body"))


def _row(desk: Desk, row: QueueRow, shown: str) -> ft.Control:
    day = desk.day_of(row.visited_on or "") or "—"
    lines: list[ft.Control] = [
        ft.Row(
            [
                text.title(row.head or desk.t("review.nameless"), expand=True),
                text.soft(row.short_code),
            ],
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        text.soft(f"{row.area_name} · {desk.t('queue.visited', day=day, who=row.visitor)}"),
        text.soft(desk.t("queue.received", at=desk.moment(row.received_at))),
        ft.Row(_chips(desk, row), wrap=True, spacing=6, run_spacing=6),
    ]
    here = desk.route.split("?")[0] == f"/desk/visits/{row.visit}"
    return cards.pressable(
        ft.Column(lines, spacing=3),
        lambda: desk.go(f"/desk/visits/{row.visit}?status={shown}"),
        id=f"visit-{row.visit}",
        selected=here,
    )


def _chips(desk: Desk, row: QueueRow) -> list[ft.Control]:
    out: list[ft.Control] = []
    if row.outcome not in (None, "done"):
        out.append(status.chip(desk.label("outcome", row.outcome), "plain"))
    elif row.verdict is None:
        out.append(status.chip(desk.t("queue.unassessed"), "warn"))
    else:
        words = desk.label("verdict", row.verdict)
        if row.verdict == "eligible":
            words = f"{words} {desk.t('review.month', amount=desk.money(row.amount))}"
        out.append(status.chip(words, VERDICT_TONE.get(row.verdict, "plain")))
    if row.conflicts and row.status != "accepted":
        out.append(status.chip(desk.t("queue.clash", n=row.conflicts), "bad", icon=ft.Icons.CALL_SPLIT))
    if row.stale and row.status == "done":
        out.append(status.chip(desk.t("queue.stale"), "warn", icon=ft.Icons.HISTORY))
    return out
