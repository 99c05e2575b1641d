"""What came of a sealed file, in sentences: the same on the screen and at the terminal."""

from app.ui.seams import Loaded, Parcel
from app.ui.words.catalogue import say


def saved(lang: str, parcel: Parcel) -> str:
    """What was saved, and what to do with it."""
    inside = {"changes": _n(lang, "changes", parcel.changes), "photos": _n(lang, "photos", parcel.photos)}
    empty = not parcel.changes and not parcel.photos
    lines = [say(lang, "bundle.saved_empty") if empty else say(lang, "bundle.saved", **inside)]
    if parcel.left:
        lines.append(say(lang, "bundle.saved_left", n=parcel.left))
    return "\n".join([*lines, say(lang, "bundle.saved_next", code=parcel.code)])


def loaded(lang: str, found: Loaded) -> str:
    """What an answer brought, and what still waits."""
    brought = {"changes": found.changes, "photos": found.photos, "records": found.received}
    counts = {name: _n(lang, name, n) for name, n in brought.items()}
    lines = [say(lang, "bundle.loaded", **counts) if any(brought.values()) else say(lang, "bundle.loaded_again")]
    if found.held:
        lines.append(say(lang, "bundle.loaded_held", n=found.held))
    if found.waiting:
        lines.append(say(lang, "bundle.loaded_waiting", n=found.waiting))
    if found.more:
        lines.append(say(lang, "bundle.loaded_more"))
    if found.problem is not None:
        lines.append(found.problem.say(lang))
    if found.safe:
        lines.append(say(lang, "bundle.loaded_safe"))
    return "\n".join(lines)


def _n(lang: str, what: str, n: int) -> str:
    return say(lang, f"bundle.{what}", n=n)
