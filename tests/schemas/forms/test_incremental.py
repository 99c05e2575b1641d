"""The promise of the dependency graph: whatever was answered in whatever order, nothing on the screen is stale.

Random work on the built-in questionnaire, with everything looked at in between so that everything is cached, and then
compared with a runtime that reads the same answers for the first time.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.forms.model import REPEAT
from schemas.forms.runtime import Runtime
from schemas.forms.spots import Spot, everywhere
from tests.schemas.forms.making import built_in, everything_shown, numbering, opened

NUMBERS = ["990101198706150023", "99010120150301001X", "９９０１０１１９５００１０１００１２", "x"]
TYPED: dict[str, Any] = {
    "text": st.sampled_from(["", "王小明", "13800000000", *NUMBERS]),
    "integer": st.sampled_from([None, 0, 3, 4000, "many"]),
    "decimal": st.sampled_from([None, "0", "12.5", "1200", "-3", "1.234", "x"]),
    "date": st.sampled_from([None, "1950-01-01", "2015-03-01", "2030-01-01", "2026-11-23", "nonsense"]),
    "image": st.sampled_from([None, "attachment"]),
    "signature": st.sampled_from([None, "M 0 0 L 9 9"]),
}


@st.composite
def work(draw: st.DrawFn, run: Runtime) -> None:
    """Some answers, rows added and removed, as a person would: mostly what decides what is asked."""
    form = built_in()
    repeats = [e for e in form.elements.values() if e.type == REPEAT]
    questions = [e for e in form.elements.values() if e.asked]
    for _ in range(draw(st.integers(1, 25))):
        if draw(st.booleans()) and draw(st.booleans()):
            element = draw(st.sampled_from(repeats))
            rows = everywhere(run.root, element.path)
            if draw(st.booleans()) and rows:
                run.remove(element.path, draw(st.sampled_from(rows)).id)
            else:
                run.add(element.path)
            continue
        element = draw(st.sampled_from(questions))
        places = everywhere(run.root, element.path)
        if not places:
            run.add(element.path.rpartition("/")[0].removesuffix("/disability"))
            places = everywhere(run.root, element.path)
        place: Spot = draw(st.sampled_from(places))
        run.set(place.path, draw(answer_to(run, element.choices, element.type, element.instances)))


def answer_to(run: Runtime, choices: str, kind: str, instances: str) -> Any:
    if choices:
        codes = st.sampled_from([c.value for c in run.form.lists[choices]])
        return st.lists(codes, max_size=3) if kind == "select_multiple" else st.none() | codes
    if instances:
        return st.sampled_from([None, "gone", *(s.id for s in everywhere(run.root, instances))])
    return TYPED[kind]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_shown_never_depends_on_how_it_was_reached(data: st.DataObject) -> None:
    run = opened(built_in())
    for _ in range(3):
        data.draw(work(run))
        everything_shown(run)
    data.draw(work(run))
    fresh = Runtime(built_in(), run.answers(), today=run.today, new_id=numbering())
    assert everything_shown(run) == everything_shown(fresh)
    assert fresh.answers() == run.answers()
