"""How every script ends: the network heals, and everybody must come to the same, which is what the definition says.

First the late letters arrive and everybody syncs until they are told that all is safe; what is held is still held then,
and its author still sees it. Then a supervisor looks at everything: what can be released is, the rest rests, conflicts
are settled; and once more everybody must come to the same, now without a conflict.
"""

from typing import Any

from schemas.problems import Failed
from tests.promises import books, model
from tests.promises.books import Books
from tests.promises.centre import PEOPLE
from tests.promises.script import Script

SUPERVISOR = "shen"


def comes_to_rest(script: Script) -> None:
    """The end of a script. Raises AssertionError with the promise that was broken."""
    script.net.deliver(list(range(len(script.net.kept))))
    everybody_syncs(script)
    everybody_has_the_same(script)
    if a_supervisor_looks_at_everything(script):
        everybody_syncs(script)
        everybody_has_the_same(script)
    there = script.books()
    assert not there.open, "nothing is held any more"
    assert not _conflicts(there), "what was settled is settled"
    assert script.server.call("verify") == []
    for who in script.in_use():
        assert script.tablet(who).call("verify") == []
    script.well = True


def everybody_syncs(script: Script) -> None:
    """Each in turn, and once more whoever does not have what a later one sent."""
    for who in script.in_use():
        script.syncs_until_safe(who)
    for who in script.in_use():
        if books.vault(script.place.tablet(who)).ends != _ends(script, who):
            script.syncs_until_safe(who)


def _ends(script: Script, who: str) -> dict[str, tuple[int, str]]:
    return {area: end for area, end in script.books().ends.items() if area in PEOPLE[who][1] and end[0]}


def a_supervisor_looks_at_everything(script: Script) -> bool:
    """Releases what can be released and lets the rest rest, until nothing is held; settles until nothing is open.
    Whether there was anything to do."""
    before = script.books()
    while there := script.books().open:
        for change in sorted(there, key=lambda c: script.model.written[c].n):
            looks_at(script, change, release=True)
    for last in (False, True, False):
        if not _conflicts(script.books()) or not script.supervisor_settles(last):
            return before != script.books()
    raise AssertionError("a conflict that was settled is open again")


def looks_at(script: Script, change: str, release: bool) -> None:
    """A supervisor releases a held change if that can be, or lets it rest."""
    if release:
        try:
            script.server.call("release", change)
        except Failed:
            pass
        else:
            return
    try:
        script.server.call("dismiss", change)
    except Failed as failed:
        if failed.code != "not_found":  # taken meanwhile, with its household
            raise
    else:
        script.model.rested.add(change)


def everybody_has_the_same(script: Script) -> None:
    """Server and vaults, against the definition over all that was written."""
    there = script.books()
    _nothing_is_lost(script, there)
    for area, feed in there.feeds.items():
        assert books.chain(feed) == there.ends[area][1]
        assert len(feed) == there.ends[area][0]
    on_server = script.server.call("heads")
    taken = [there.changes[c] for c in there.taken]
    _is_what_the_changes_say(on_server, model.live(taken), there, "the server")
    _lies_where_it_says(on_server, there)
    for who in script.in_use():
        _has_the_same(script, who, there, on_server)


def _nothing_is_lost(script: Script, there: Books) -> None:
    by_desk = [w for w in there.changes.values() if w.id not in script.model.written]
    assert {w.author for w in by_desk} <= {SUPERVISOR}, "nobody wrote this"
    for w in by_desk:
        script.model.written[w.id] = w
    for id_, w in there.changes.items():
        assert script.model.written[id_] == w, "a change is what its author made it"
    kept = there.taken | set(there.open) | there.rested
    assert kept == set(there.changes), "every change is in a feed or set aside"
    missing = script.model.musts() - kept
    assert not missing, f"lost: {[script.model.written[m] for m in missing]}"
    assert there.rested - script.model.rested == set(), "nobody let this rest"
    photos = {w.record for w in there.changes.values() if w.kind == "attachment"} - script.model.blind
    for photo in photos:
        assert script.model.chunks(photo) <= there.chunks, "a photo was lost"


def _has_the_same(script: Script, who: str, there: Books, on_server: dict[str, Any]) -> None:
    scope = PEOPLE[who][1]
    tablet = script.tablet(who)
    kept = books.vault(script.place.tablet(who))
    held = set(there.open) & kept.kept
    in_scope = {record for record, head in on_server.items() if head["area"] in scope}
    here = tablet.call("everything")
    stays = kept.visited | {there.changes[c].household for c in held}
    beyond = {record for record, head in here.items() if record not in in_scope and head["household"] not in stays}
    assert not beyond, f"{who}: what left the person's villages is gone from the screens, unless there is work in it"
    assert in_scope <= set(here), f"{who}: all of the person's villages is here, but not {in_scope - set(here)}"
    expected = model.live(there.changes[c] for c in there.taken | held)
    _is_what_the_changes_say(_of(here, in_scope), _of(expected, in_scope), there, who)
    for area, cursor in tablet.call("cursors").items():
        assert (cursor["seq"], cursor["chain"], cursor["after"]) == (*there.ends[area], ""), f"{who}: chains are equal"


def _of(records: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {record: what for record, what in records.items() if record in wanted}


def _is_what_the_changes_say(heads: dict[str, Any], expected: model.Live, there: Books, whose: str) -> None:
    seen = _seen(there)
    said = {record: {slot: w for slot, w in head["live"].items() if w} for record, head in heads.items()}
    odd = {r: (said.get(r), expected.get(r)) for r in said.keys() | expected.keys() if said.get(r) != expected.get(r)}
    assert not odd, f"{whose}: heads are what the changes say, but: {odd}"
    for record, head in heads.items():
        assert head["conflicts"] == model.conflicts(expected[record], seen), (
            f"{whose}: rivals and nothing else conflict"
        )


def _lies_where_it_says(on_server: dict[str, Any], there: Books) -> None:
    """A household lies in the village its own record names, with all that was ever written of it."""
    for record, head in on_server.items():
        root = on_server[head["household"]]
        assert head["area"] == root["area"]
        said = set(root["live"]["area"].values())
        assert root["area"] in said or None in said
        assert len(said) > 1 or said == {root["area"]}, "a household lies where it was moved"
        feed = {change for _, change, _ in there.feeds[head["area"]]}
        history = {c for c in there.taken if there.changes[c].record == record}
        assert history <= feed, "a household moves with its history"


def _conflicts(there: Books) -> list[str]:
    """The records with a conflict."""
    slots = model.live(there.changes[c] for c in there.taken)
    return [record for record, live in slots.items() if model.conflicts(live, _seen(there))]


def _seen(there: Books) -> dict[str, frozenset[str]]:
    return {c: w.seen for c, w in there.changes.items()}
