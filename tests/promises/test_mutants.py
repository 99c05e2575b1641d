"""Each easy mistake breaks a promise in a story of a few acts, and the same story ends well with the product as it is.

So the checks at the end of every script are known to see what they are for.
"""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.promises import ends, model
from tests.promises.centre import LOWER, UPPER
from tests.promises.mutants import MUTANTS
from tests.promises.network import Fault
from tests.promises.place import Template
from tests.promises.script import Script, begun

SMALL = 300
"""A batch that holds one record."""


def _household(s: Script, area: str = UPPER) -> str:
    """The household that lies in this village from the beginning."""
    return next(w.record for w in s.model.written.values() if w.sets.get("area") == area)


def _edits(s: Script, who: str, value: str, slot: str = "phone", area: str = UPPER) -> None:
    root = _household(s, area)
    shown = s.tablet(who).call("show", root)["live"]
    s.writes(who, model.in_front(shown, [slot]), "edit", root, root, "household", {slot: value})


def _deletes(s: Script, who: str) -> None:
    shown = s.tablet(who).call("show", _household(s))["live"]
    s.writes(who, model.all_sides(shown, shown), "delete", _household(s))


def _two_write(s: Script, one: str, other: str) -> None:
    """Two people write the same slot without having seen each other's value, and then both have both."""
    _edits(s, "lin", one)
    _edits(s, "lan", other)
    for who in ("lin", "lan", "lin"):
        s.syncs_until_safe(who)


def an_edit_in_a_conflict(s: Script) -> None:
    _two_write(s, "2", "3")
    _edits(s, "lin", "1")


def an_edit_of_equals(s: Script) -> None:
    _two_write(s, "2", "2")
    _edits(s, "lin", "3")


def a_conflict_is_settled(s: Script) -> None:
    _two_write(s, "2", "3")
    shown = s.tablet("lin").call("show", _household(s))["live"]
    s.writes("lin", model.all_sides(shown, ["phone"]), "settle", _household(s), "phone", True)


def a_delete(s: Script) -> None:
    _deletes(s, "lin")


def a_delete_behind_an_edit(s: Script) -> None:
    _deletes(s, "lin")
    _edits(s, "lan", "2")


def rivals(s: Script) -> None:
    _two_write(s, "2", "3")


def equals(s: Script) -> None:
    _two_write(s, "2", "2")


def what_was_replaced_is_released(s: Script) -> None:
    """A move that is held, taken back by its author, and then released all the same."""
    for area in (LOWER, UPPER):
        _edits(s, "lan", area, slot="area")
    s.syncs_until_safe("lan")


def two_edits_in_a_row(s: Script) -> None:
    _edits(s, "lin", "2")
    _edits(s, "lin", "3")


def an_echo_of_what_was_replaced(s: Script) -> None:
    """The first write comes down the feed; the one that replaced it is held."""
    for area in (UPPER, LOWER):
        _edits(s, "lan", area, slot="area")


def news_from_somebody_else(s: Script) -> None:
    _edits(s, "lin", "2")
    s.syncs_until_safe("lin")
    s.syncs("lan")


def a_snapshot_that_is_cut(s: Script) -> None:
    """The newcomer has one part, with the household; somebody writes to that household; then the other part comes."""
    s.syncs("mei", Fault("answer cut", at=1), batch=SMALL)
    _edits(s, "lin", "2")
    s.syncs_until_safe("lin")
    s.syncs_until_safe("mei")


def a_snapshot_over_what_was_released(s: Script) -> None:
    """A write that was held while its author replaced it is released between two parts of a newcomer's snapshot: the
    second part has it as replaced, and the feed brings it once more."""
    s.days = 400
    s.server.call("days", s.days)
    (member,) = (w.record for w in s.model.written.values() if w.kind == "member" and w.household == _household(s))
    for value in ("2", "3"):
        shown = s.tablet("lan").call("show", member)["live"]
        s.writes("lan", model.in_front(shown, ["name"]), "edit", _household(s), member, "member", {"name": value})
        s.syncs_until_safe("lan")
    s.syncs("mei")
    s.syncs("mei", Fault("answer cut", at=1), batch=SMALL)
    for change, _ in s.server.call("held"):
        ends.looks_at(s, change, release=True)


def a_newcomer(s: Script) -> None:
    _edits(s, "lin", "2")
    s.syncs_until_safe("lin")
    s.syncs_until_safe("mei")


def a_request_that_is_cut(s: Script) -> None:
    _edits(s, "lin", "2")
    s.syncs("lin", Fault("cut on the way", amount=100))


def a_photo(s: Script) -> None:
    s.writes("lin", set(), "visit", _household(s), {"status": "done"}, b"a photo")
    s.syncs_until_safe("lin")


def a_move(s: Script) -> None:
    _edits(s, "lin", UPPER, slot="area", area=LOWER)


def what_is_let_rest(s: Script) -> None:
    _edits(s, "lan", LOWER, slot="area")
    s.syncs_until_safe("lan")
    for change, _ in s.server.call("held"):
        ends.looks_at(s, change, release=False)


Story: TypeAlias = Callable[[Script], None]
CAUGHT: dict[str, tuple[str, Story]] = {
    "an edit sees all": ("tablet", an_edit_in_a_conflict),
    "an edit sees one of the equals": ("tablet", an_edit_of_equals),
    "the conflict screen sees one": ("tablet", a_conflict_is_settled),
    "a delete sees its own slot": ("tablet", a_delete),
    "equal values conflict": ("tablet", equals),
    "rivals are silent": ("server", rivals),
    "nobody contests a delete": ("server", a_delete_behind_an_edit),
    "the last writer wins": ("server", rivals),
    "what came early is forgotten": ("server", what_was_replaced_is_released),
    "an echo is applied again": ("tablet", an_echo_of_what_was_replaced),
    "cursor and heads in two transactions": ("tablet", news_from_somebody_else),
    "a snapshot ends where its last part was read": ("tablet", a_snapshot_that_is_cut),
    "the feed repeats what a snapshot brought": ("tablet", a_snapshot_over_what_was_released),
    "a snapshot brings changes": ("server", a_newcomer),
    "receipts are believed before they come": ("tablet", a_request_that_is_cut),
    "receipts are given before the commit": ("server", two_edits_in_a_row),
    "a photo is safe with its record": ("tablet", a_photo),
    "a household moves without its history": ("server", a_move),
    "what was let rest stays": ("tablet", what_is_let_rest),
}


def plays(template: Template, story: Story, mutants: dict[str, str]) -> None:
    with begun(template, mutants=mutants) as script:
        story(script)
        ends.comes_to_rest(script)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_an_easy_mistake_breaks_a_promise(on_sqlite: Template, mutant: str) -> None:
    role, story = CAUGHT[mutant]
    with pytest.raises(AssertionError):
        plays(on_sqlite, story, {role: mutant})


@pytest.mark.parametrize("story", dict.fromkeys(story for _, story in CAUGHT.values()))
def test_the_same_story_ends_well_without_it(on_sqlite: Template, story: Story) -> None:
    plays(on_sqlite, story, {})
