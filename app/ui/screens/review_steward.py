"""The steward's desk: the people with their enrolment codes, the devices and how to put one out, and the audit."""

from collections.abc import Awaitable, Callable
from functools import partial

import flet as ft

from app.review.answers import AuditPage, AuditRow, Code, Device, Person
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.asking import act, not_yet, use_asked, use_more, use_pick
from app.ui.parts.dialogs import deciding
from app.ui.parts.frame import frame
from app.ui.screens.review_clock import clock
from app.ui.screens.review_queue import STATUSES, ReviewQueue, desk_buttons, who
from app.ui.words.catalogue import catalogue
from schemas import ids


@ft.component
def DeskHome(desk: Desk) -> ft.Control:
    """The first screen after the login: the queue, or the people for a steward, who opens nobody's file."""
    steward = desk.login is not None and desk.login.role == "steward"
    return People(desk) if steward else ReviewQueue(desk)


@ft.component
def People(desk: Desk) -> ft.Control:
    asked, _ = use_asked(desk, desk.review.people, "people")
    given, give = use_pick(tuple[Person, Code])
    busy, set_busy = ft.use_state(False)
    steward = desk.login is not None and desk.login.role == "steward"

    async def new_code(person: Person) -> None:
        if busy:
            return
        set_busy(True)
        code = await act(desk, lambda: desk.review.new_code(person.user))
        set_busy(False)
        if code is not None:
            give((person, code))

    ft.use_dialog(_code(desk, *given, lambda: give(None)) if given else None)
    if asked.value is None:
        body: list[ft.Control] = not_yet(desk, asked.failed)
    else:
        body = [_person(desk, p, new_code if steward and not busy else None) for p in asked.value]
    return frame(desk, desk.t("people.title"), body, subtitle=who(desk), buttons=desk_buttons(desk), id="people")


@ft.component
def Devices(desk: Desk) -> ft.Control:
    asked, _ = use_asked(desk, desk.review.devices, "devices")
    asking, ask = use_pick(Device)
    busy, set_busy = ft.use_state(False)
    steward = desk.login is not None and desk.login.role == "steward"

    async def revoke(device: Device) -> None:
        if busy:
            return

        def put_out() -> bool:
            desk.review.revoke(device.id)
            return True

        set_busy(True)
        done = await act(desk, put_out)
        set_busy(False)
        ask(None)
        if done is not None:
            desk.refresh()
            desk.tell(desk.t("devices.done"), "ok")

    ft.use_dialog(_revoking(desk, asking, busy, revoke, lambda: ask(None)) if asking else None)
    if asked.value is None:
        body: list[ft.Control] = not_yet(desk, asked.failed)
    else:
        body = [_device(desk, d, ask if steward else None) for d in asked.value]
        body = body or [status.empty(ft.Icons.TABLET_ANDROID, desk.t("devices.empty"), desk.t("devices.empty_body"))]
    return frame(desk, desk.t("devices.title"), body, subtitle=who(desk), buttons=desk_buttons(desk), id="devices")


@ft.component
def Audit(desk: Desk) -> ft.Control:
    asked, put = use_asked(desk, desk.review.audit, "audit")
    more = use_more(desk, put)

    def following(page: AuditPage) -> AuditPage:
        below = desk.review.audit(page.next)
        return AuditPage(page.rows + below.rows, below.next)

    page = asked.value
    body: list[ft.Control] = [text.body(desk.t("audit.body"))]
    if page is None:
        body += not_yet(desk, asked.failed)
    else:
        rows: list[ft.Control] = []
        for row in page.rows:
            rows += [ft.Divider()] if rows else []
            rows.append(_audit_row(desk, row))
        body.append(cards.card(rows or [text.soft(desk.t("audit.empty"))], spacing=8))
        if page.next is not None:
            body.append(more(partial(following, page)))
    return frame(desk, desk.t("audit.title"), body, subtitle=who(desk), buttons=desk_buttons(desk), id="audit")


def _person(desk: Desk, person: Person, new_code: Callable[[Person], Awaitable[None]] | None) -> ft.Control:
    about = [person.user, desk.t(f"role.{person.role}"), *person.areas]
    parts: list[ft.Control] = [
        ft.Row(
            [
                text.title(person.name, expand=True),
                *([] if person.active else [status.chip(desk.t("people.inactive"), "plain")]),
                text.soft(desk.t("people.devices", n=person.devices)),
            ]
        ),
        text.soft(" · ".join(about)),
    ]
    if new_code is not None and person.active:
        code = actions.quiet(
            desk.t("people.code"), partial(new_code, person), icon=ft.Icons.KEY_OUTLINED, id=f"code-{person.user}"
        )
        parts.append(ft.Row([code]))
    return cards.card(parts, spacing=2)


def _code(desk: Desk, person: Person, code: Code, close: Callable[[], None]) -> ft.AlertDialog:
    async def copy() -> None:
        await ft.Clipboard().set(code.code)
        desk.tell(desk.t("code.copied"), "ok")

    return ft.AlertDialog(
        modal=True,
        title=desk.t("code.title", name=person.name),
        content=ft.Container(
            ft.Column(
                [
                    actions.named("code", text.figure(code.code)),
                    text.body(desk.t("code.body", at=desk.moment(code.expires))),
                ],
                tight=True,
                spacing=12,
            ),
            width=460,
        ),
        actions=[
            actions.quiet(desk.t("code.copy"), copy, icon=ft.Icons.COPY, id="copy"),
            actions.primary(desk.t("code.close"), close, id="noted"),
        ],
        on_dismiss=lambda _: close(),
    )


def _device(desk: Desk, device: Device, ask: Callable[[Device], None] | None) -> ft.Control:
    seen = desk.t("devices.seen", at=desk.moment(device.last_contact)) if device.last_contact else None
    lines: list[ft.Control] = [
        ft.Row([text.title(device.name or device.id[:8], expand=True), text.soft(device.user_name)]),
        text.soft(
            " · ".join(
                [desk.t("devices.enrolled", at=desk.moment(device.enrolled_at)), seen or desk.t("devices.never")]
            )
        ),
    ]
    told: list[ft.Control] = []
    if device.revoked_at is not None:
        told.append(status.chip(desk.t("devices.revoked", at=desk.moment(device.revoked_at)), "bad"))
    elif wrong := clock(desk, device.skew):
        told.append(status.chip(wrong, "warn"))
    if ask is not None and device.revoked_at is None:
        told.append(actions.quiet(desk.t("devices.revoke"), lambda: ask(device), id=f"revoke-{device.id}"))
    if told:
        lines.append(ft.Row(told, wrap=True, spacing=8))
    return cards.card(lines, spacing=2)


def _revoking(
    desk: Desk,
    device: Device,
    busy: bool,
    revoke: Callable[[Device], Awaitable[None]],
    close: Callable[[], None],
) -> ft.AlertDialog:
    title = desk.t("devices.revoke_title", device=device.name)
    go = actions.danger(desk.t("devices.revoke"), partial(revoke, device), disabled=busy, id="revoke-go")
    return deciding(desk, title, [text.body(desk.t("devices.revoke_body"))], go, close)


def _audit_row(desk: Desk, row: AuditRow) -> ft.Control:
    known = f"audit.{row.what}" in catalogue()
    what = desk.t(f"audit.{row.what}") if known else row.what
    name = desk.t("audit.server") if row.who == "server" else row.name or row.who
    about = _about(desk, row.about)
    line = desk.t("audit.line", n=row.n)
    return ft.Column(
        [
            ft.Row([text.label(f"{name} · {what}", expand=True), text.soft(desk.moment(row.at))]),
            text.soft(f"{line} · {desk.t('audit.about', about=about)}" if about else line),
        ],
        spacing=0,
    )


def _about(desk: Desk, about: str) -> str:
    """What a line is about, as people call it: the short code of a record, the list that was read, else as it is."""
    if ids.is_record_id(about):
        return ids.short_code(about)
    if about in STATUSES:
        return desk.t(f"queue.{about}")
    return "" if about == "held" else about
