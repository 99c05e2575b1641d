"""Letting this device in: the one-time code, the PIN of every day, the passphrase for the day it is forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, status, text
from app.ui.parts.frame import frame
from schemas.problems import Failed


@dataclass(frozen=True)
class Entry:
    """What has been typed."""

    server: str
    code: str = ""
    pin: str = ""
    pin_again: str = ""
    passphrase: str = ""
    passphrase_again: str = ""

    def complaints(self) -> dict[str, str]:
        """What stands in the way, as keys of the catalogue by field; what the vault refuses it says itself."""
        checks = {
            "server": (not self.server.strip(), "enrol.need_server"),
            "code": (not self.code.strip(), "enrol.need_code"),
            "pin_again": (self.pin != self.pin_again, "enrol.pins_differ"),
            "passphrase_again": (self.passphrase != self.passphrase_again, "enrol.passes_differ"),
        }
        return {name: key for name, (wrong, key) in checks.items() if wrong}


@ft.component
def Enrol(desk: Desk, key: str = "") -> ft.Control:
    entry, set_entry = ft.use_state(Entry(server=desk.door.server_url))
    tried, set_tried = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    said, say = ft.use_state("")
    wrong = entry.complaints() if tried else {}

    def put(name: str) -> Callable[[ft.Event[ft.TextField]], None]:
        return lambda e: set_entry(lambda now: replace(now, **{name: e.control.value}))

    def error(name: str) -> str | None:
        return desk.t(wrong[name]) if name in wrong else None

    async def submit() -> None:
        set_tried(True)
        if busy or entry.complaints():
            return
        set_busy(True)
        say("")
        try:
            inside = await desk.off(
                desk.door.enrol, entry.server.strip(), entry.code.strip(), entry.pin, entry.passphrase
            )
        except Failed as failed:
            say(desk.problem(failed))
            set_busy(False)
            return
        desk.enter(inside)
        desk.go("/")
        desk.tell(desk.t("enrol.done"), "ok")

    code = cards.card(
        [
            text.title(desk.t("enrol.code_title")),
            text.body(desk.t("enrol.code_body")),
            fields.field(
                desk.t("enrol.code"),
                entry.code,
                error=error("code"),
                on_change=put("code"),
                disabled=busy,
                autofocus=True,
                capitalization=ft.TextCapitalization.CHARACTERS,
            ),
            fields.field(
                desk.t("enrol.server"),
                entry.server,
                error=error("server"),
                on_change=put("server"),
                disabled=busy,
                keyboard_type=ft.KeyboardType.URL,
            ),
        ]
    )
    pin = cards.card(
        [
            text.title(desk.t("enrol.pin_title")),
            text.body(desk.t("enrol.pin_body")),
            fields.digits(desk.t("enrol.pin"), entry.pin, length=6, on_change=put("pin"), disabled=busy),
            fields.digits(
                desk.t("enrol.pin_again"),
                entry.pin_again,
                length=6,
                error=error("pin_again"),
                on_change=put("pin_again"),
                disabled=busy,
            ),
        ]
    )
    passphrase = cards.card(
        [
            text.title(desk.t("enrol.pass_title")),
            text.body(desk.t("enrol.pass_body")),
            fields.secret(desk.t("enrol.pass"), entry.passphrase, on_change=put("passphrase"), disabled=busy),
            fields.secret(
                desk.t("enrol.pass_again"),
                entry.passphrase_again,
                error=error("passphrase_again"),
                on_change=put("passphrase_again"),
                on_submit=submit,
                disabled=busy,
            ),
        ]
    )
    told = [status.banner(said, "bad")] if said else []
    go = actions.primary(
        desk.t("enrol.working") if busy else desk.t("enrol.submit"), submit, disabled=busy, id="submit", expand=True
    )
    return frame(
        desk, desk.t("enrol.title"), [code, pin, passphrase, *told], back="/", footer=[go], column=560, id="enrol"
    )
