"""What people, the network and bad luck can do: the rules of the state machine, told so that they read as a story.

Hypothesis draws the acts and their order; every act is short because `script` knows how and `ends` says what must hold.
A slot has few values, so that two people often write the same; records are picked by number from what is on the
screen, so that a shorter story still means something.
"""

from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas.wire import BATCH_BYTES
from tests.promises import ends, model
from tests.promises.centre import LOWER, UPPER
from tests.promises.network import Fault
from tests.promises.place import TABLETS, Template
from tests.promises.script import Script, begun

WHO = st.runner().flatmap(lambda village: st.sampled_from(village.s.people))
WHAT = st.runner().flatmap(lambda village: st.sampled_from(["the server", *village.s.people]))
WHICH = st.integers(0, 4)
SLOTS = st.sets(st.sampled_from(["phone", "address"]), min_size=1)
VALUE = st.sampled_from(["1", "2", "3"])
STATEMENT = st.integers(1, 40)
NEVER = st.just(0)
FAULTS = st.one_of(
    st.none(),
    st.just(Fault("nobody answers")),
    st.builds(Fault, st.sampled_from(["cut on the way", "answer cut"]), st.integers(0, 3), st.integers(0, 1200)),
    st.builds(Fault, st.sampled_from(["twice", "late", "late copy"]), st.integers(0, 3)),
    st.builds(Fault, st.just("old answer"), st.integers(0, 3), st.integers(0, 3)),
    st.builds(Fault, st.just("server dies"), st.integers(0, 3), STATEMENT),
    st.builds(Fault, st.just("tablet dies"), st.just(0), st.integers(1, 120)),
)


class Village(RuleBasedStateMachine):
    """One script. `template` is set by who runs it, who may ask afterwards how many were `finished`."""

    template: ClassVar[Template]
    finished: ClassVar[int] = 0

    @initialize(people=st.sampled_from([TABLETS[:2], TABLETS[:2], TABLETS]))
    def begin(self, people: tuple[str, ...]) -> None:
        self._begun = begun(self.template, people=people)
        self.s: Script = self._begun.__enter__()

    # What is written

    @rule(who=WHO, area=st.sampled_from([UPPER, LOWER]), value=VALUE)
    def registers(self, who: str, area: str, value: str) -> None:
        if who == "lan":
            area = UPPER
        if self._out(who):
            return
        root = self.s.tablet(who).call("new_id")
        self.s.writes(who, set(), "edit", root, root, "household", {"area": area, "head": value})

    @rule(who=WHO, which=WHICH, slots=SLOTS, value=VALUE, dies=st.one_of(NEVER, NEVER, NEVER, STATEMENT))
    def edits(self, who: str, which: int, slots: set[str], value: str, dies: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            sets = dict.fromkeys(sorted(slots), value)
            self.s.writes(who, model.in_front(shown, sets), "edit", root, root, "household", sets, dies=dies)

    @rule(who=WHO, which=WHICH, value=VALUE)
    def adds_a_member(self, who: str, which: int, value: str) -> None:
        if (picked := self._picked(who, which)) is not None:
            member = self.s.tablet(who).call("new_id")
            self.s.writes(who, set(), "edit", picked[0], member, "member", {"name": value, "national_id": value})

    @rule(who=WHO, which=WHICH)
    def deletes_or_restores(self, who: str, which: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            gone = "gone" in shown and model.shown(shown["gone"]) == "yes"
            self.s.writes(who, model.all_sides(shown, shown), "restore" if gone else "delete", root)

    @rule(who=WHO, which=WHICH, last=st.booleans())
    def settles(self, who: str, which: int, last: bool) -> None:
        """On the tablet's conflict screen, where all sides stand."""
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            rivals = [slot for slot in model.conflicts(shown, {}) if slot != "gone"] if "gone" not in shown else []
            for slot in rivals:
                shown = self.s.tablet(who).call("show", root)["live"]
                self.s.writes(who, model.all_sides(shown, [slot]), "settle", root, slot, last)

    @rule(who=WHO, which=WHICH, area=st.sampled_from([UPPER, LOWER]))
    def moves(self, who: str, which: int, area: str) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            sets = {"area": area}
            self.s.writes(who, model.in_front(shown, sets), "edit", root, root, "household", sets)

    @rule(who=WHO, one=WHICH, other=WHICH, same=st.booleans())
    def joins_or_parts(self, who: str, one: int, other: int, same: bool) -> None:
        a, b = self._picked(who, one), self._picked(who, other)
        if a is not None and b is not None and a[0] != b[0]:
            link = self.s.tablet(who).call("link_of", a[0], b[0])
            shown = link["live"] if link else {}
            self.s.writes(who, model.in_front(shown, ["a", "b", "verdict"]), "link", a[0], b[0], same)

    @rule(who=WHO, which=WHICH, size=st.sampled_from([10, 300_000]), dies=st.one_of(NEVER, NEVER, STATEMENT))
    def visits_and_takes_a_photo(self, who: str, which: int, size: int, dies: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            self.photos = getattr(self, "photos", 0) + 1
            photo = f"{self.photos:08}".encode() * (size // 8)
            self.s.writes(who, set(), "visit", picked[0], {"status": "done"}, photo, dies=dies)

    # What the network does

    @rule(who=WHO, fault=FAULTS, batch=st.sampled_from([BATCH_BYTES, BATCH_BYTES, 500]))
    def syncs(self, who: str, fault: Fault | None, batch: int) -> None:
        if not self._out(who):
            self.s.syncs(who, fault, batch)

    syncs_too = syncs
    edits_too = edits

    @rule(who=WHO)
    def syncs_until_safe(self, who: str) -> None:
        if not self._out(who):
            self.s.syncs_until_safe(who)

    @precondition(lambda self: self.s.net.kept)
    @rule(which=st.permutations(range(4)), many=st.integers(1, 4))
    def late_letters_arrive(self, which: list[int], many: int) -> None:
        there = [i for i in which if i < len(self.s.net.kept)]
        _ = self.s.server
        self.s.net.deliver(there[:many])

    # Bad luck

    @rule(who=WHO, days=st.integers(-4000, 4000))
    def clock_goes_wrong(self, who: str, days: int) -> None:
        if not self._out(who):
            self.s.hands[who].days = days
            self.s.tablet(who).call("days", days)

    @rule(what=WHAT)
    def is_killed(self, what: str) -> None:
        if what == "the server":
            self.s.stop_server()
        else:
            self.s.stop_tablet(what)

    @rule(what=WHAT)
    def is_backed_up(self, what: str) -> None:
        if what == "the server":
            self.s.server_is_backed_up()
        elif not self._out(what):
            self.s.tablet_is_backed_up(what)

    @rule(what=WHAT)
    def is_put_back(self, what: str) -> None:
        if what == "the server":
            if self.s.backed_up:
                self.s.server_is_put_back()
        elif not self._out(what) and self.s.hands[what].backup is not None:
            self.s.tablet_is_put_back(what)

    # What happens at the desk

    @rule(last=st.booleans())
    def supervisor_settles(self, last: bool) -> None:
        self.s.supervisor_settles(last)

    @rule(which=WHICH, release=st.booleans())
    def supervisor_looks_at_what_is_held(self, which: int, release: bool) -> None:
        held = sorted(self.s.books().open)
        if held:
            ends.looks_at(self.s, held[which % len(held)], release)

    @rule(which=WHICH, value=VALUE)
    def supervisor_edits(self, which: int, value: str) -> None:
        roots = sorted(r for r, h in self.s.server.call("heads").items() if h["kind"] == "household")
        root = roots[which % len(roots)]
        self.s.desk_writes("write", root, root, "household", {"phone": value}, ["phone"])

    @rule(who=WHO, what=st.sampled_from(["revoke", "enrol anew", "half a year", "a year and more"]))
    def the_steward(self, who: str, what: str) -> None:
        if self._out(who):
            return
        match what:
            case "revoke":
                self.s.revokes(who)
            case "enrol anew":
                self.s.enrols_anew(who)
            case _:
                self.s.days += 200 if what == "half a year" else 400
                self.s.server.call("days", self.s.days)

    def teardown(self) -> None:
        if not hasattr(self, "_begun"):
            return
        try:
            ends.comes_to_rest(self.s)
            type(self).finished += 1
        finally:
            for line in self.s.told:
                note(line)
            self._begun.__exit__(None, None, None)

    def _out(self, who: str) -> bool:
        return self.s.hands[who].out

    def _picked(self, who: str, which: int) -> tuple[str, dict[str, dict[str, Any]]] | None:
        """One of the households on this person's screen, and what the screen shows of it."""
        if self._out(who):
            return None
        tablet = self.s.tablet(who)
        there = tablet.call("households")
        if not there:
            return None
        root = there[which % len(there)]
        return root, tablet.call("show", root)["live"]
