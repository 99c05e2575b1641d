"""The result of a finished visit, as it is shown to the family: the verdict large, the amount, and why."""

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, status, text, verdict
from app.ui.parts.frame import frame
from app.work.outcome import Outcome
from schemas.problems import Failed


@ft.component
def Result(desk: Desk, household: str, visit: str) -> ft.Control:
    def read() -> Outcome | Failed:
        try:
            return desk.work.outcome(household, visit)
        except Failed as failed:
            return failed

    found = ft.use_memo(read, [desk.fresh, desk.inside, household, visit])
    back = f"/household/{household}"
    if isinstance(found, Failed):
        return frame(desk, desk.t("result.title"), [status.banner(desk.problem(found), "bad")], back=back)
    on = desk.date(found.visited_on)
    return frame(
        desk,
        desk.t("result.title"),
        [*_standing(desk, found), *_result(desk, found)],
        subtitle=" · ".join(x for x in (found.head, on) if x),
        back=back,
        footer=[
            actions.secondary(desk.t("result.to_household"), lambda: desk.go(back), id="result.household"),
            actions.primary(desk.t("result.to_today"), lambda: desk.go("/"), id="result.today"),
        ],
        id="result",
    )


def _standing(desk: Desk, found: Outcome) -> list[ft.Control]:
    """Where the visit is on its way, and what keeps its result from counting."""
    out: list[ft.Control] = []
    if found.status == "returned":
        out.append(status.banner(desk.t("visit.returned", text=found.comment), "warn"))
    if found.provisional:
        out.append(status.banner(desk.t("result.provisional"), "bad"))
    elif found.stale:
        out.append(status.banner(desk.t("result.stale"), "warn"))
    where = desk.t("result.waiting", n=found.waiting) if found.waiting else desk.t("result.safe")
    tone: theme.Tone = "info" if found.waiting else "ok"
    chips = [status.chip(desk.label("visit_status", found.status), "plain")] if found.status else []
    out.append(ft.Row([*chips, status.chip(where, tone)], wrap=True, spacing=8, run_spacing=8))
    return out


def _result(desk: Desk, found: Outcome) -> list[ft.Control]:
    if found.result is not None:
        return [verdict.result(found.result, desk.lang, found.people), text.soft(desk.t("result.proposed"))]
    if found.outcome != "done":
        words = desk.t("result.none_outcome", outcome=desk.label("outcome", found.outcome))
        return [status.banner(words, "plain")]
    return [status.banner(desk.t("result.none"), "warn")]
