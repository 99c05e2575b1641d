"""Making changes in tests: ids, devices and content that Hypothesis can shrink."""

from collections.abc import Iterable

from hypothesis import strategies as st

from schemas import ids
from schemas.change import START, Change
from schemas.codec import Value

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)
"""What canonical JSON holds."""

# Letters with their marks joined, apart, out of order, and marks with no letter; what JSON escapes; what it does not.
awkward = st.text(st.sampled_from('aeé\u0301\u0323\u0338<=/"\\\n\x00中\u2126\uac00\u1100\u1161\ud800😀'), max_size=8)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) - 1, 2**53 + 1) | st.just(0.5) | awkward | text,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(awkward | st.integers(0, 2), inner, max_size=4)
    ),
    max_leaves=12,
)
"""What it holds and what it does not."""


def record(number: int) -> str:
    return ids.record_id(number, number.to_bytes(10, "big"))


def change(
    sets: dict[str, Value],
    seen: Iterable[str] = (),
    *,
    n: int = 1,
    device: str = "tablet-a",
    household: str = record(1),
    about: str = record(1),
    kind: str = "household",
    prev: str = START,
    at: str = "2026-11-23T01:00:00.000Z",
    author: str = "cadre",
) -> Change:
    return Change(household, about, kind, "", sets, frozenset(seen), author, device, n, prev, at, f"{device}-{n}")
