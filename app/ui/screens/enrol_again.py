"""A new one-time code for a device that the server does not know any more, or not as it is. The vault stays."""

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, status, text
from app.ui.parts.frame import frame
from schemas.problems import Failed


@ft.component
def EnrolAgain(desk: Desk, key: str = "") -> ft.Control:
    code, set_code = ft.use_state("")
    tried, set_tried = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    said, say = ft.use_state("")
    inside = desk.inside

    async def submit() -> None:
        set_tried(True)
        if busy or inside is None or not code.strip():
            return
        set_busy(True)
        say("")
        try:
            await desk.off(inside.re_enrol, code.strip())
        except Failed as failed:
            say(desk.problem(failed))
            set_busy(False)
            return
        desk.go("/sync")
        desk.tell(desk.t("again.done"), "ok")
        desk.wrote()

    form: list[ft.Control] = [text.body(desk.t("again.body"))]
    if desk.waiting:
        form.append(text.body(desk.t("again.waiting", n=desk.waiting)))
    form.append(
        fields.field(
            desk.t("again.code"),
            code,
            error=desk.t("enrol.need_code") if tried and not code.strip() else None,
            on_change=lambda e: set_code(e.control.value),
            on_submit=submit,
            disabled=busy,
            autofocus=True,
            capitalization=ft.TextCapitalization.CHARACTERS,
        )
    )
    told = [status.banner(said, "bad")] if said else []
    words = desk.t("again.working" if busy else "again.submit")
    go = actions.primary(words, submit, disabled=busy, id="submit", expand=True)
    return frame(
        desk,
        desk.t("again.title"),
        [cards.card(form, spacing=18), *told],
        back="/sync",
        footer=[go],
        column=560,
        id="enrol-again",
    )
