"""The locked door: who are you, then the PIN on large keys or a keyboard, or the passphrase when it is forgotten."""

from collections.abc import Callable, Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, brand, cards, fields, status, text
from app.ui.parts.household_row import initial
from app.ui.parts.keyboard import Keys, use_keys
from app.ui.parts.pin_pad import LENGTH, Pad
from app.ui.seams import Resident, SlotKind
from schemas.problems import Failed


@ft.component
def Unlock(desk: Desk, key: str = "") -> ft.Control:
    def read() -> Sequence[Resident] | Failed:
        try:
            return desk.door.residents()
        except Failed as failed:
            return failed

    keys = use_keys()
    found = ft.use_memo(read, [desk.door])
    residents: Sequence[Resident] = () if isinstance(found, Failed) else found
    chosen, choose = ft.use_state(residents[0].user if len(residents) == 1 else "")
    person = next((r for r in residents if r.user == chosen), None)
    if isinstance(found, Failed):
        content: ft.Control = status.banner(desk.problem(found), "bad")
    elif not residents:
        content = _welcome(desk)
    elif person is None:
        content = _people(desk, residents, choose)
    else:
        back = (lambda: choose("")) if len(residents) > 1 else None
        content = Secret(desk, person, back, keys, key=person.user)
    return doorway(desk, content, _links(desk, bool(residents)))


def doorway(desk: Desk, content: ft.Control, links: Sequence[ft.Control]) -> ft.Control:
    """The frame of the screens before the door: the mark, a card in the middle, quiet links below."""
    told = [] if desk.notice is None else [status.banner(desk.notice.text, desk.notice.tone)]
    inner = ft.Column(
        [
            _masthead(desk),
            *told,
            cards.card([content], padding=24),
            ft.Row(list(links), alignment=ft.MainAxisAlignment.CENTER, wrap=True, spacing=4, run_spacing=0),
            _languages(desk),
        ],
        spacing=18,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Column(
        [ft.Container(inner, width=480, padding=ft.Padding.only(left=18, right=18, top=36, bottom=28))],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _masthead(desk: Desk) -> ft.Control:
    return ft.Row(
        [
            brand.mark(60),
            ft.Column([text.display(desk.t("app.name")), text.soft(desk.t("app.motto"))], spacing=0, tight=True),
        ],
        spacing=16,
        alignment=ft.MainAxisAlignment.CENTER,
    )


def _languages(desk: Desk) -> ft.Control:
    other = "en" if desk.lang == "zh" else "zh"
    words = "English" if other == "en" else "中文"
    return ft.Row(
        [actions.quiet(words, lambda: desk.speak(other), icon=ft.Icons.TRANSLATE, id="language")],
        alignment=ft.MainAxisAlignment.CENTER,
    )


def _links(desk: Desk, known: bool) -> list[ft.Control]:
    out = [actions.quiet(desk.t("unlock.desk"), lambda: desk.go("/desk"), icon=ft.Icons.FACT_CHECK_OUTLINED, id="desk")]
    if known:
        other = desk.t("unlock.enrol_other")
        out.insert(0, actions.quiet(other, lambda: desk.go("/enrol"), icon=ft.Icons.PERSON_ADD_OUTLINED, id="enrol"))
    return out


def _welcome(desk: Desk) -> ft.Control:
    return ft.Column(
        [
            text.headline(desk.t("unlock.welcome")),
            text.body(desk.t("unlock.welcome_body")),
            actions.primary(desk.t("unlock.enrol"), lambda: desk.go("/enrol"), icon=ft.Icons.QR_CODE_2, id="enrol"),
        ],
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _people(desk: Desk, residents: Sequence[Resident], choose: Callable[[str], None]) -> ft.Control:
    def row(person: Resident) -> ft.Control:
        content = ft.Row(
            [
                initial(person.name),
                ft.Column(
                    [text.title(person.name), text.soft(desk.t(f"role.{person.role}"))],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
                ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.LINE_STRONG),
            ],
            spacing=14,
        )
        return cards.pressable(content, lambda: choose(person.user), id=f"person-{person.user}")

    return ft.Column(
        [text.headline(desk.t("unlock.title")), *(row(p) for p in residents)],
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
def Secret(desk: Desk, person: Resident, back: Callable[[], None] | None, keys: Keys, key: str = "") -> ft.Control:
    """One person's way in."""
    kind, set_kind = ft.use_state("pin" if "pin" in person.kinds else "pass")
    typed, set_typed = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    said, say = ft.use_state("")

    async def open_with(secret: str, by: SlotKind) -> None:
        set_busy(True)
        try:
            inside = await desk.off(desk.door.unlock, person.user, secret, by)
        except Failed as failed:
            say(desk.problem(failed))
            if failed.code in ("pin_removed", "device_secret_lost"):
                set_kind("pass")
            set_typed("")
            set_busy(False)
        else:
            set_busy(False)
            desk.enter(inside)

    async def submit() -> None:
        if typed:
            await open_with(typed, "pass")

    async def press(digit: str) -> None:
        pin = ""

        def grown(now: str) -> str:
            nonlocal pin
            if len(now) == LENGTH:
                return now  # it is being tried; one more tap must not try it twice
            pin = now + digit
            return pin

        say("")
        set_typed(grown)
        if len(pin) == LENGTH:
            await open_with(pin, "pin")

    def rub() -> None:
        set_typed(lambda now: now[:-1])

    async def heard(name: str) -> None:
        if len(name) == 1 and name.isdigit():
            await press(name)
        elif name == "Backspace":
            rub()

    keys.heard = heard if kind == "pin" and not busy else None

    def switch(to: SlotKind) -> None:
        set_typed("")
        say("")
        set_kind(to)

    top: list[ft.Control] = [initial(person.name), ft.Column([text.title(person.name)], expand=True, spacing=0)]
    if back is not None and not busy:
        top.append(actions.quiet(desk.t("unlock.other"), back, id="other"))
    controls: list[ft.Control] = [ft.Row(top, spacing=14)]
    if kind == "pin":
        controls += [Pad(desk, len(typed), busy, said, press, rub, key="pad")]
    else:
        controls += _passphrase(desk, typed, set_typed, busy, said, submit)
    if "pass" in person.kinds and kind == "pin":
        words = desk.t("unlock.use_passphrase")
        controls.append(actions.quiet(words, lambda: switch("pass"), disabled=busy, id="use-passphrase"))
    elif "pin" in person.kinds and kind == "pass":
        controls.append(actions.quiet(desk.t("unlock.use_pin"), lambda: switch("pin"), disabled=busy, id="use-pin"))
    return ft.Column(controls, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _passphrase(
    desk: Desk,
    typed: str,
    set_typed: Callable[[str], None],
    busy: bool,
    said: str,
    submit: Callable[[], object],
) -> list[ft.Control]:
    return [
        text.body(desk.t("unlock.passphrase_title")),
        fields.secret(
            desk.t("unlock.passphrase"),
            typed,
            error=said or None,
            autofocus=True,
            disabled=busy,
            on_change=lambda e: set_typed(e.control.value),
            on_submit=submit,
        ),
        actions.primary(
            desk.t("unlock.opening") if busy else desk.t("unlock.open"),
            submit,
            disabled=busy or not typed,
            id="open",
        ),
    ]
