"""Logging in to the review desk. A supervisor works online: nothing is kept on this device."""

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, fields, status, text
from app.ui.screens.unlock import doorway
from schemas.problems import Failed


@ft.component
def Login(desk: Desk, key: str = "") -> ft.Control:
    user, set_user = ft.use_state("")
    password, set_password = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    said, say = ft.use_state("")

    async def submit() -> None:
        if busy or not user.strip() or not password:
            return
        set_busy(True)
        say("")
        try:
            login = await desk.off(desk.review.login, user.strip(), password)
        except Failed as failed:
            say(desk.problem(failed))
            set_busy(False)
            return
        set_busy(False)
        desk.login = login
        if not desk.route.startswith("/desk"):
            desk.go("/desk")

    told = [status.banner(said, "bad")] if said else []
    form = ft.Column(
        [
            text.headline(desk.t("login.title")),
            text.body(desk.t("login.body")),
            fields.field(
                desk.t("login.user"), user, autofocus=True, disabled=busy, on_change=lambda e: set_user(e.control.value)
            ),
            fields.secret(
                desk.t("login.password"),
                password,
                disabled=busy,
                on_change=lambda e: set_password(e.control.value),
                on_submit=submit,
            ),
            *told,
            actions.primary(
                desk.t("login.working") if busy else desk.t("login.submit"), submit, disabled=busy, id="submit"
            ),
        ],
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    field = actions.quiet(desk.t("login.field"), lambda: desk.go("/"), icon=ft.Icons.TABLET_ANDROID, id="field")
    return doorway(desk, form, [field])
