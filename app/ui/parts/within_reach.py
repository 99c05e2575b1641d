"""What stands round the form of a visit: whether answers are safe, the result so far, and the way on and back.

Each is a part of its own that watches one thing, so that an answer redraws them only when it changes what they say.
"""

from collections.abc import Mapping

import flet as ft

from app.ui import theme
from app.ui.parts import actions, status, text, verdict
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Contents, Proposal, Saving
from app.ui.words.catalogue import say
from schemas import records

TONES: Mapping[str, theme.Tone] = {"ready": "plain", "saved": "ok", "failed": "bad"}


@ft.component
def Saved(saving: Saving, lang: str, wide: bool) -> ft.Control:
    """Whether the last answer is safe, in words where there is room."""
    words = say(lang, {"ready": "visit.ready", "saved": "visit.saved", "failed": "visit.not_saved"}[saving.state])
    shade = theme.tone(TONES[saving.state])
    symbol = ft.Icons.LOCK_OUTLINE if saving.state != "failed" else ft.Icons.ERROR_OUTLINE
    told = None if wide else words  # said once: by the text, or by the icon where there is no room for it
    row: list[ft.Control] = [ft.Icon(symbol, size=20, color=shade.ink, semantics_label=told)]
    if wide:
        row.append(text.soft(words, color=shade.ink))
    return ft.Semantics(identifier="visit.saving", live_region=True, content=ft.Row(row, spacing=6, tight=True))


@ft.component
def NotSaved(saving: Saving) -> ft.Control:
    """Why the last answer is not saved, until one is."""
    if saving.state != "failed":
        return ft.Container(visible=False)
    return status.banner(saving.text, "bad")


@ft.component
def Proposed(proposal: Proposal, sheet: Sheet, lang: str) -> ft.Control:
    """The result so far, with every reason."""
    parts: list[ft.Control] = [text.soft(say(lang, "result.proposed"))]
    if proposal.result is not None:
        parts.append(verdict.result(proposal.result, lang, dict(proposal.people)))
    elif proposal.outcome not in ("", "done"):
        outcome = records.label("outcome", proposal.outcome, lang)
        parts.append(status.banner(say(lang, "result.none_outcome", outcome=outcome), "plain"))
    elif proposal.text:
        parts.append(status.banner(proposal.text, "warn"))
    return ft.Column(parts, spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@ft.component
def Chip(proposal: Proposal, sheet: Sheet, lang: str, tight: bool) -> ft.Control:
    """The result so far in a button that opens it; `tight` leaves its words to the tooltip."""
    first = proposal.result.programmes[0] if proposal.result and proposal.result.programmes else None
    words = say(lang, "visit.result")
    if first is not None:
        words = records.label("verdict", first.verdict, lang)
        if first.verdict == "eligible":
            words += f" · {verdict.amount(first, lang)}"
    shade = theme.tone(verdict.TONES.get(first.verdict, "plain") if first else "plain")
    style = ft.ButtonStyle(color=shade.ink, bgcolor=shade.ground, side=ft.BorderSide(1, shade.line))

    def show(_: object) -> None:
        sheet.asking.panel = "" if sheet.asking.panel == "result" else "result"

    if tight:
        return actions.icon(shade.icon, words, show, id="visit.result", icon_color=shade.ink, style=style)
    symbol = ft.Icon(shade.icon, color=shade.ink)
    label = ft.Text(words, text_align=ft.TextAlign.CENTER)
    return actions.named("visit.result", ft.OutlinedButton(label, icon=symbol, style=style, on_click=show))


@ft.component
def Back(contents: Contents, sheet: Sheet, lang: str, wide: bool) -> ft.Control:
    """To the section before."""
    words, first = say(lang, "visit.back"), contents.at() == 0
    if wide:
        return actions.quiet(words, lambda: sheet.step(-1), icon=ft.Icons.ARROW_BACK, id="visit.back", disabled=first)
    return actions.icon(ft.Icons.ARROW_BACK, words, lambda: sheet.step(-1), id="visit.back", disabled=first)


@ft.component
def On(contents: Contents, sheet: Sheet, lang: str, wide: bool) -> ft.Control:
    """To the next section, and at the end (on a wide window always) to the check before finishing."""
    finish, on = say(lang, "visit.finish"), say(lang, "visit.next")
    if contents.at() == len(contents.sections) - 1:
        return actions.primary(finish, sheet.check, icon=ft.Icons.TASK_ALT, id="visit.finish")
    parts: list[ft.Control] = [actions.secondary(finish, sheet.check, id="visit.finish")] if wide else []
    parts.append(actions.primary(on, lambda: sheet.step(1), icon=ft.Icons.ARROW_FORWARD, id="visit.next"))
    return ft.Row(parts, spacing=10, tight=True)
