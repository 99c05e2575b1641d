"""The visit: the questionnaire with its contents and its proposed result round it.

Three things are always within reach: where we are (contents), what the rules say so far (result), and what is still
missing (the check before finishing). On a wide window they stand beside the form; on a narrow one each covers the form
with one tap and gives it back as it was. Answers are saved one by one, so leaving needs no question and no button.
"""

import asyncio
import logging

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.guard import place
from app.ui.parts import actions, status, text
from app.ui.parts.check import Check
from app.ui.parts.contents import Sections, Where
from app.ui.parts.figures import day
from app.ui.parts.frame import frame
from app.ui.parts.question import memo, remark
from app.ui.parts.section import body
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Asking, Contents, Layout
from app.ui.parts.within_reach import Back, Chip, NotSaved, On, Proposed, Saved
from app.ui.words.catalogue import say
from schemas import problems
from schemas.problems import Failed

log = logging.getLogger("ruhu.ui")

LIST = 264
BESIDE = 356
"""Widths of the contents and of the result where they stand at the side."""
ROOM_FOR_LIST = 920
ROOM_FOR_RESULT = 1240
ROOM_FOR_TWO = 640
ROOM_FOR_WORDS = 330
"""From these widths on (at 100 % text) the contents, the result, two columns of questions, and the verdict in words
below the form have room."""


@ft.component
def Visit(desk: Desk, household: str) -> ft.Control:
    """Opens the household's visit, or resumes it, and shows it."""
    said, say_why = ft.use_state("")

    async def begin() -> None:
        if desk.sheet is not None and desk.sheet.visit.household == household:
            return
        try:
            visit = await desk.off(desk.work.visit, household)
            desk.sheet = Sheet(visit, desk.lang)
            if visit.household != household:  # registered more than once: it is written to the other registration
                desk.go(f"/visit/{visit.household}")
        except Failed as failed:
            say_why(desk.problem(failed))
        except Exception as error:  # noqa: BLE001 — flet drops what an effect raises, and the screen would wait for ever
            # Not `exception`: what an error says may be personal.
            log.error("visit not opened: %s", place(error))  # noqa: TRY400
            say_why(problems.say("app_error", desk.lang))

    ft.use_effect(begin, [household])
    sheet = desk.sheet
    if sheet is not None and sheet.visit.household == household:
        return Open(desk, sheet, sheet.asking, key=sheet.visit.id)
    if said:
        told: ft.Control = status.banner(said, "bad")
    else:
        told = ft.Column([ft.ProgressBar(), text.soft(desk.t("visit.opening"))], spacing=12)
    return frame(desk, desk.t("visit.title"), [told], back=f"/household/{household}")


@ft.component
def Open(desk: Desk, sheet: Sheet, asking: Asking, key: str = "") -> ft.Control:
    """An open visit in its frame."""
    t, lang = desk.t, desk.lang
    household = sheet.visit.household
    room = desk.width / max(1.0, desk.scale)
    listed, beside = room >= ROOM_FOR_LIST, room >= ROOM_FOR_RESULT
    form_width = desk.width - (LIST + 24 if listed else 0) - (BESIDE + 24 if beside else 0) - 56
    columns = 2 if form_width >= ROOM_FOR_TWO * max(1.0, desk.scale) else 1
    ft.use_effect(lambda: sheet.speak(lang), [lang])

    async def discard() -> None:
        asking.panel = ""
        await desk.off(sheet.visit.discard)
        _leave(desk, sheet)
        desk.go(f"/household/{household}")

    async def finish() -> None:
        if asking.busy:
            return
        asking.busy = True
        try:
            finished = await desk.off(sheet.visit.finish)
        except Failed as failed:
            asking.problem = desk.problem(failed)
            return
        finally:
            asking.busy = False
        _leave(desk, sheet)
        desk.go(f"/result/{household}/{finished.visit}")

    ft.use_dialog(_discarding(desk, asking, discard) if asking.panel == "discard" else None)
    covered = {"sections": not listed, "result": not beside, "finish": True}.get(asking.panel, False)
    middle: list[ft.Control] = [
        ft.Semantics(exclude_semantics=covered, content=_form(sheet, lang, columns, listed)),
    ]
    if covered:
        middle.append(_cover(desk, sheet, finish))
    panes: list[ft.Control] = [ft.Stack(middle, expand=True, fit=ft.StackFit.EXPAND)]
    if listed:
        panes.insert(0, _aside(Sections(sheet.contents, sheet, lang), LIST))
    if beside:
        title = ft.Semantics(header=True, content=text.title(t("result.title")))
        result = ft.Column([title, Proposed(sheet.proposal, sheet, lang)], spacing=14)
        panes.append(_aside(result, BESIDE))
    return frame(
        desk,
        _title(desk, sheet.visit.head),
        [ft.Row(panes, spacing=24, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)],
        back=f"/household/{household}",
        buttons=[memo(Saved)(sheet.saving, lang, desk.wide), _menu(desk, asking)],
        footer=_footer(desk, sheet, beside),
        column=1680,
        scroll=False,
        id="visit",
    )


@ft.component
def Form(layout: Layout, contents: Contents, sheet: Sheet, lang: str, columns: int, listed: bool) -> ft.Control:
    """The questions of the section we are in, in one column that scrolls."""
    column: ft.MutableRef[ft.Ref[ft.Column]] = ft.use_ref(lambda: ft.Ref[ft.Column]())

    async def bring_into_view() -> None:
        if layout.jump and column.current is not None and column.current.current is not None:
            await asyncio.sleep(0.05)  # the client has to lay the section out before it can scroll in it
            await column.current.current.scroll_to(scroll_key=layout.jump, duration=300)

    ft.use_effect(bring_into_view, [layout.jump, layout.section])
    section = next((s for s in contents.sections if s.path == layout.section), None)
    parts: list[ft.Control] = []
    if section is not None and listed:
        parts.append(ft.Container(ft.Semantics(header=True, content=text.headline(section.label)), padding=_INSET))
    if section is not None and section.hint:
        parts.append(ft.Container(text.soft(section.hint), padding=_INSET))
    parts += [ft.Container(told, padding=_INSET) for told in _told(sheet, lang, contents.at() == 0)]
    parts.append(body(layout.nodes, sheet, lang, columns))
    inner = ft.Column(parts, spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Column(
        [ft.Container(inner, padding=ft.Padding.only(right=10 if listed else 0, bottom=28))],
        ref=column.current,
        key=layout.section,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


_INSET = ft.Padding.symmetric(horizontal=10)


def _title(desk: Desk, head: str) -> str:
    if not head:
        return desk.t("visit.title")
    return desk.t("visit.of", head=head) if desk.wide else head


def _form(sheet: Sheet, lang: str, columns: int, listed: bool) -> ft.Control:
    form = memo(Form)(sheet.layout, sheet.contents, sheet, lang, columns, listed)
    where = [] if listed else [memo(Where)(sheet.contents, sheet, lang)]
    return ft.Column(
        [*where, memo(NotSaved)(sheet.saving), form],
        spacing=8,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _told(sheet: Sheet, lang: str, first: bool) -> list[ft.Control]:
    """What the visitor has to know before the first question."""
    out: list[ft.Control] = []
    if first:
        out += [remark(say(lang, "visit.returned", text=c.text)) for c in sheet.comments() if not c.slot]
        before = sheet.visit.prefilled_from
        if before is not None:
            out.append(status.banner(say(lang, "visit.prefilled", day=day(before.isoformat(), lang)), "info"))
    return out


def _aside(content: ft.Control, width: float) -> ft.Control:
    return ft.Container(
        ft.Column(
            [content],
            scroll=ft.ScrollMode.AUTO,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        width=width,
    )


def _cover(desk: Desk, sheet: Sheet, finish: actions.Handler) -> ft.Control:
    """The panel that lies over the form."""
    lang, asking = desk.lang, sheet.asking

    def close() -> None:
        asking.panel = ""

    panel: ft.Control
    match asking.panel:
        case "sections":
            title, panel = "visit.sections", Sections(sheet.contents, sheet, lang)
        case "result":
            title, panel = "result.title", Proposed(sheet.proposal, sheet, lang)
        case _:
            title, panel = (
                "finish.title",
                Check(asking, sheet, lang, finish, lambda other: desk.go(f"/household/{other}")),
            )
    head = ft.Row(
        [
            ft.Container(text.headline(desk.t(title)), expand=True),
            actions.icon(ft.Icons.CLOSE, desk.t("visit.close"), close, id="visit.close"),
        ]
    )
    return ft.Container(
        ft.Column(
            [head, panel],
            scroll=ft.ScrollMode.AUTO,
            spacing=12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        bgcolor=theme.PAPER,
        padding=ft.Padding.symmetric(horizontal=10),
    )


def _footer(desk: Desk, sheet: Sheet, beside: bool) -> list[ft.Control]:
    tight = desk.width / max(1.0, desk.scale) < ROOM_FOR_WORDS
    chip = ft.Container(memo(Chip)(sheet.proposal, sheet, desk.lang, tight), expand=not tight)
    return [
        memo(Back)(sheet.contents, sheet, desk.lang, desk.wide),
        *([] if beside else [chip]),
        ft.Container(memo(On)(sheet.contents, sheet, desk.lang, desk.wide), expand=tight),
    ]


def _menu(desk: Desk, asking: Asking) -> ft.Control:
    def ask(_: object) -> None:
        asking.panel = "discard"

    item = ft.PopupMenuItem(desk.t("visit.discard"), icon=ft.Icons.DELETE_OUTLINE, on_click=ask)
    return actions.named(
        "visit.more", ft.PopupMenuButton(items=[item], icon=ft.Icons.MORE_VERT, tooltip=desk.t("visit.more"))
    )


def _discarding(desk: Desk, asking: Asking, discard: actions.Handler) -> ft.AlertDialog:
    def keep() -> None:
        asking.panel = ""

    return ft.AlertDialog(
        title=desk.t("visit.discard_ask"),
        content=ft.Text(desk.t("visit.discard_text")),
        actions=[
            actions.danger(desk.t("visit.discard"), discard, id="discard.go"),
            actions.primary(desk.t("visit.keep"), keep, id="discard.keep"),
        ],
        on_dismiss=keep,
    )


def _leave(desk: Desk, sheet: Sheet) -> None:
    sheet.put_down()
    desk.sheet = None
    desk.wrote()
