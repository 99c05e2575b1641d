"""What people, the network and bad luck can do: the acts of the state machine, told so that they read as a story.

Hypothesis draws the acts and their order; every act is short because `script` knows how and `ends` says what must hold.
They are one rule and a table and not a rule each, because how often each comes is then ours to say: a script in which
nobody writes and nobody syncs tests nothing.
A slot has few values, so that two people often write the same; records are picked by number from what is on the
screen, so that a shorter story still means something.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from schemas.wire import BATCH_BYTES
from tests.promises import ends, model
from tests.promises.centre import LOWER, UPPER
from tests.promises.network import Fault
from tests.promises.place import TABLETS, Template
from tests.promises.script import Script, begun

WHO = st.runner().flatmap(lambda village: st.sampled_from(village.s.people))
WHAT = st.runner().flatmap(lambda village: st.sampled_from(["the server", *village.s.people]))
WHICH = st.integers(0, 4)
VALUE = st.sampled_from(["1", "2", "3"])
AREA = st.sampled_from([UPPER, LOWER])
SLOTS = st.sampled_from(["phone", "address", "both"])
DECREES = st.sampled_from(["revoke", "enrol anew", "half a year", "a year and more"])
STATEMENT = st.integers(1, 40)
DIES = st.one_of(st.just(0), st.just(0), STATEMENT)
FAULTS = st.one_of(
    st.none(),
    st.just(Fault("nobody answers")),
    st.builds(Fault, st.sampled_from(["cut on the way", "answer cut"]), st.integers(0, 3), st.integers(0, 1200)),
    st.builds(Fault, st.sampled_from(["twice", "late", "late copy"]), st.integers(0, 3)),
    st.builds(Fault, st.just("old answer"), st.integers(0, 3), st.integers(0, 3)),
    st.builds(Fault, st.just("server dies"), st.integers(0, 3), STATEMENT),
    st.builds(Fault, st.just("tablet dies"), st.just(0), st.integers(1, 120)),
)

OFTEN: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "registers": (2, {"who": WHO, "area": AREA, "value": VALUE}),
    "edits": (
        6,
        {
            "who": WHO,
            "which": WHICH,
            "slots": st.sampled_from(["phone", "address", "both"]),
            "value": VALUE,
            "dies": DIES,
        },
    ),
    "adds_a_member": (2, {"who": WHO, "which": WHICH, "value": VALUE}),
    "deletes_or_restores": (2, {"who": WHO, "which": WHICH}),
    "settles": (2, {"who": WHO, "which": WHICH, "last": st.booleans()}),
    "moves": (3, {"who": WHO, "which": WHICH, "area": AREA}),
    "joins_or_parts": (2, {"who": WHO, "one": WHICH, "other": WHICH, "same": st.booleans()}),
    "visits": (2, {"who": WHO, "which": WHICH, "size": st.sampled_from([10, 10, 300_000]), "dies": DIES}),
    "syncs": (10, {"who": WHO, "fault": FAULTS, "batch": st.sampled_from([BATCH_BYTES, BATCH_BYTES, 500])}),
    "syncs_until_safe": (3, {"who": WHO}),
    "late_letters_arrive": (2, {"which": st.permutations(range(4)), "many": st.integers(1, 4)}),
    "clock_goes_wrong": (1, {"who": WHO, "days": st.integers(-4000, 4000)}),
    "is_killed": (1, {"what": WHAT}),
    "is_backed_up": (2, {"what": WHAT}),
    "is_put_back": (2, {"what": WHAT}),
    "supervisor_settles": (1, {"last": st.booleans()}),
    "supervisor_looks_at_what_is_held": (2, {"which": WHICH, "release": st.booleans()}),
    "supervisor_edits": (1, {"which": WHICH, "value": VALUE}),
    "the_steward": (
        1,
        {"who": WHO, "what": DECREES},
    ),
}
"""Every act, how often it comes, and what about it is drawn."""


@dataclass(frozen=True)
class Act:
    """One act, which reads as a line of the story."""

    name: str
    about: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v!r}' for k, v in self.about.items())})"


def _acts() -> st.SearchStrategy[Act]:
    each = []
    for name, (often, about) in OFTEN.items():
        each += [st.builds(Act, st.just(name), st.fixed_dictionaries(about))] * often
    # By number, and not one of all these: equal strategies side by side would count as one.
    return st.integers(0, len(each) - 1).flatmap(each.__getitem__)


class Village(RuleBasedStateMachine):
    """One script. `template` is set by who runs it, who may ask afterwards how many were `finished`."""

    template: ClassVar[Template]
    finished: ClassVar[int] = 0

    @initialize(people=st.sampled_from([TABLETS[:2], TABLETS[:2], TABLETS]))
    def begin(self, people: tuple[str, ...]) -> None:
        self._begun = begun(self.template, people=people)
        self.s: Script = self._begun.__enter__()

    @rule(act=_acts())
    def then(self, act: Act) -> None:
        getattr(self, act.name)(**act.about)

    # What is written

    def registers(self, who: str, area: str, value: str) -> None:
        if who == "lan":
            area = UPPER
        if self._out(who):
            return
        root = self.s.tablet(who).call("new_id")
        self.s.writes(who, set(), "edit", root, root, "household", {"area": area, "head": value})

    def edits(self, who: str, which: int, slots: str, value: str, dies: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            sets = dict.fromkeys(["address", "phone"] if slots == "both" else [slots], value)
            self.s.writes(who, model.in_front(shown, sets), "edit", root, root, "household", sets, dies=dies)

    def adds_a_member(self, who: str, which: int, value: str) -> None:
        if (picked := self._picked(who, which)) is not None:
            member = self.s.tablet(who).call("new_id")
            self.s.writes(who, set(), "edit", picked[0], member, "member", {"name": value, "national_id": value})

    def deletes_or_restores(self, who: str, which: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            gone = "gone" in shown and model.shown(shown["gone"]) == "yes"
            self.s.writes(who, model.all_sides(shown, shown), "restore" if gone else "delete", root)

    def settles(self, who: str, which: int, last: bool) -> None:
        """On the tablet's conflict screen, where all sides stand."""
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            rivals = [slot for slot in model.conflicts(shown, {}) if slot != "gone"] if "gone" not in shown else []
            for slot in rivals:
                shown = self.s.tablet(who).call("show", root)["live"]
                self.s.writes(who, model.all_sides(shown, [slot]), "settle", root, slot, last)

    def moves(self, who: str, which: int, area: str) -> None:
        if (picked := self._picked(who, which)) is not None:
            root, shown = picked
            sets = {"area": area}
            self.s.writes(who, model.in_front(shown, sets), "edit", root, root, "household", sets)

    def joins_or_parts(self, who: str, one: int, other: int, same: bool) -> None:
        a, b = self._picked(who, one), self._picked(who, other)
        if a is not None and b is not None and a[0] != b[0]:
            link = self.s.tablet(who).call("link_of", a[0], b[0])
            shown = link["live"] if link else {}
            self.s.writes(who, model.in_front(shown, ["a", "b", "verdict"]), "link", a[0], b[0], same)

    def visits(self, who: str, which: int, size: int, dies: int) -> None:
        if (picked := self._picked(who, which)) is not None:
            self.photos = getattr(self, "photos", 0) + 1
            photo = f"{self.photos:08}".encode() * (size // 8)
            self.s.writes(who, set(), "visit", picked[0], {"status": "done"}, photo, dies=dies)

    # What the network does

    def syncs(self, who: str, fault: Fault | None, batch: int) -> None:
        if not self._out(who):
            self.s.syncs(who, fault, batch)

    def syncs_until_safe(self, who: str) -> None:
        if not self._out(who):
            self.s.syncs_until_safe(who)

    def late_letters_arrive(self, which: list[int], many: int) -> None:
        there = [i for i in which if i < len(self.s.net.kept)]
        if there:
            _ = self.s.server
            self.s.net.deliver(there[:many])

    # Bad luck

    def clock_goes_wrong(self, who: str, days: int) -> None:
        if not self._out(who):
            self.s.hands[who].days = days
            self.s.tablet(who).call("days", days)

    def is_killed(self, what: str) -> None:
        if what == "the server":
            self.s.stop_server()
        else:
            self.s.stop_tablet(what)

    def is_backed_up(self, what: str) -> None:
        if what == "the server":
            self.s.server_is_backed_up()
        elif not self._out(what):
            self.s.tablet_is_backed_up(what)

    def is_put_back(self, what: str) -> None:
        if what == "the server":
            if self.s.backed_up:
                self.s.server_is_put_back()
        elif not self._out(what) and self.s.hands[what].backup is not None:
            self.s.tablet_is_put_back(what)

    # What happens at the desk

    def supervisor_settles(self, last: bool) -> None:
        self.s.supervisor_settles(last)

    def supervisor_looks_at_what_is_held(self, which: int, release: bool) -> None:
        held = sorted(self.s.books().open)
        if held:
            ends.looks_at(self.s, held[which % len(held)], release)

    def supervisor_edits(self, which: int, value: str) -> None:
        roots = sorted(r for r, h in self.s.server.call("heads").items() if h["kind"] == "household")
        root = roots[which % len(roots)]
        self.s.desk_writes("write", root, root, "household", {"phone": value}, ["phone"])

    def the_steward(self, who: str, what: str) -> None:
        if self._out(who):
            return
        match what:
            case "revoke":
                self.s.revokes(who)
            case "enrol anew":
                self.s.syncs(who)  # as the door does before it spends the code
                if not self._out(who):
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
