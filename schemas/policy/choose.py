"""Which pack applies: to an area, on a day, to a group."""

from collections.abc import Iterable
from datetime import date

from schemas.policy.model import Pack
from schemas.problems import Failed


def choose(packs: Iterable[Pack], area: str, on: date, group: str | None = None) -> Pack:
    """The pack in force: of those that cover the area and the group (None: any) on that day the nearest region's, then
    the one that began last, then the newest version. Raises Failed(`pack_missing`) naming the day, with `until` and
    `since`, the ends of the gap, where packs lie before and after it."""
    day = on.isoformat()
    here = [p for p in packs if p.covers(area) is not None and (group is None or group in p.groups)]
    in_force = [p for p in here if p.since <= day and (p.until is None or day <= p.until)]
    if not in_force:
        before = max((p.until for p in here if p.until and p.until < day), default="")
        after = min((p.since for p in here if p.since > day), default="")
        raise Failed("pack_missing", on=day, until=before, since=after)
    return max(in_force, key=lambda p: (p.covers(area), p.since, p.version, p.hash))
