"""The functions a questionnaire may call: XPath 1.0's and ODK's, without those that need a device, a network or chance.

A questionnaire that calls anything else is refused by name when it is imported. Where XPath would make a whole total
NaN for one blank (`sum`, `min`, `max` over a repeat), blanks are left out: an unanswered row is unknown, and the
household's total so far is still worth showing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from schemas.forms import values
from schemas.forms.place import Compiled, Function, Place
from schemas.forms.texts import (
    after,
    before,
    day,
    format_day,
    integer,
    join,
    regex,
    substr,
    substring,
    texts,
    translate,
)
from schemas.forms.values import MATH, NAN, Nodes, Operand

MANY = 1000


@dataclass(frozen=True)
class Entry:
    """A function and how many arguments it takes."""

    function: Function
    least: int
    most: int
    odd: bool = False

    def takes(self, count: int) -> bool:
        return self.least <= count <= self.most and not (self.odd and count % 2 == 0)


def _plain(function: Callable[..., Operand]) -> Function:
    """A function of its arguments' values only."""
    return lambda place, arguments: function(*(a(place) for a in arguments))


def _nodes(value: Operand) -> Nodes:
    return value if isinstance(value, list) else []


def _numbers(arguments: Sequence[Operand]) -> list[Decimal]:
    return [values.number(atom) for value in arguments for atom in values.atoms(value) if atom != ""]


def _position(place: Place, arguments: Sequence[Compiled]) -> Operand:
    """position() in a predicate, or ODK's position(node): which instance of its repeat a node is, from 1."""
    if not arguments:
        return Decimal(place.position)
    found = _nodes(arguments[0](place))
    if not found:
        return NAN
    line = found[0].parent.named(found[0].name) if found[0].parent else [found[0]]
    return Decimal(list(line).index(found[0]) + 1)


def _if(place: Place, arguments: Sequence[Compiled]) -> Operand:
    test, then, otherwise = arguments
    return then(place) if values.truth(test(place)) else otherwise(place)


def _coalesce(place: Place, arguments: Sequence[Compiled]) -> Operand:
    for argument in arguments:
        value = argument(place)
        if values.text(value) != "":
            return value
    return ""


def _instance(place: Place, arguments: Sequence[Compiled]) -> Operand:
    found = place.around.lists.get(values.text(arguments[0](place)))
    return [found] if found else []


def _indexed_repeat(place: Place, arguments: Sequence[Compiled]) -> Operand:
    """indexed-repeat(node, repeat, index, …): the node in the repeat's instance of that number, for up to 3 repeats."""
    found = _nodes(arguments[0](place))
    around: Nodes = []
    for repeat, index in zip(arguments[1::2], arguments[2::2], strict=True):
        instances = [n for n in _nodes(repeat(place)) if not around or _inside(n, around[0])]
        number = integer(index(place))
        if number is None or not 1 <= number <= len(instances):
            return []
        around = [instances[number - 1]]
        found = [n for n in found if _inside(n, around[0])]
    return found


def _inside(node: values.Node, around: values.Node) -> bool:
    at: values.Node | None = node
    while at is not None:
        if at is around:
            return True
        at = at.parent
    return False


def _sum(*arguments: Operand) -> Operand:
    total = Decimal(0)
    for value in _numbers(arguments):
        total = MATH.add(total, value)
    return total


def _extreme(choose: Callable[[list[Decimal]], Decimal]) -> Callable[..., Operand]:
    def find(*arguments: Operand) -> Operand:
        found = _numbers(arguments)
        return NAN if not found or any(v.is_nan() for v in found) else choose(found)

    return find


def _round(value: Operand, places: Operand = Decimal(0)) -> Operand:
    digits = integer(places)
    return values.number(value) if digits is None else values.rounded(values.number(value), digits)


def _whole(rounding: str | None) -> Callable[[Operand], Operand]:
    def cut(value: Operand) -> Operand:
        n = values.number(value)
        if not n.is_finite():
            return n
        return n.to_integral_value(rounding) if rounding else Decimal(int(n))

    return cut


def _power(base: Operand, exponent: Operand) -> Operand:
    return MATH.power(values.number(base), values.number(exponent))


def _normalize_space(place: Place, arguments: Sequence[Compiled]) -> Operand:
    return " ".join(_own_text(place, arguments).split())


def _own_text(place: Place, arguments: Sequence[Compiled]) -> str:
    return values.text(arguments[0](place) if arguments else [place.node])


def _selected(value: Operand, choice: Operand) -> Operand:
    return values.text(choice) in values.text(value).split()


def _selected_at(value: Operand, at: Operand) -> Operand:
    chosen, index = values.text(value).split(), integer(at)
    return chosen[index] if index is not None and 0 <= index < len(chosen) else ""


def _boolean_from_string(value: Operand) -> Operand:
    return values.text(value) in ("true", "1")


def _count_non_empty(value: Operand) -> Operand:
    return Decimal(sum(1 for atom in values.atoms(value) if values.text(atom) != ""))


def _checklist(least: Operand, most: Operand, *rest: Operand) -> Operand:
    """ODK's checklist: whether the number of true arguments is within both bounds; -1 is no bound."""
    low, high = integer(least), integer(most)
    true = sum(1 for v in rest if values.truth(v))
    return (low is None or low < 0 or true >= low) and (high is None or high < 0 or true <= high)


def _root_of(value: Operand) -> Operand:
    n = values.number(value)
    return MATH.sqrt(n)


def _string_length(place: Place, arguments: Sequence[Compiled]) -> Operand:
    return Decimal(len(_own_text(place, arguments)))


FUNCTIONS: dict[str, Entry] = {
    # XPath 1.0 §4
    "last": Entry(lambda place, _: Decimal(place.size), 0, 0),
    "position": Entry(_position, 0, 1),
    "count": Entry(_plain(lambda v: Decimal(len(_nodes(v)))), 1, 1),
    "name": Entry(lambda p, a: ([*_nodes(a[0](p)), p.node] if a else [p.node])[0].name, 0, 1),
    "string": Entry(lambda p, a: _own_text(p, a), 0, 1),
    "concat": Entry(_plain(lambda *v: "".join(texts(v))), 1, MANY),
    "starts-with": Entry(_plain(lambda v, s: values.text(v).startswith(values.text(s))), 2, 2),
    "contains": Entry(_plain(lambda v, s: values.text(s) in values.text(v)), 2, 2),
    "substring-before": Entry(_plain(before), 2, 2),
    "substring-after": Entry(_plain(after), 2, 2),
    "substring": Entry(_plain(substring), 2, 3),
    "string-length": Entry(_string_length, 0, 1),
    "normalize-space": Entry(_normalize_space, 0, 1),
    "translate": Entry(_plain(translate), 3, 3),
    "boolean": Entry(_plain(values.truth), 1, 1),
    "not": Entry(_plain(lambda v: not values.truth(v)), 1, 1),
    "true": Entry(lambda *_: True, 0, 0),
    "false": Entry(lambda *_: False, 0, 0),
    "number": Entry(lambda p, a: values.number(a[0](p) if a else [p.node]), 0, 1),
    "sum": Entry(_plain(_sum), 1, MANY),
    "floor": Entry(_plain(_whole(ROUND_FLOOR)), 1, 1),
    "ceiling": Entry(_plain(_whole(ROUND_CEILING)), 1, 1),
    "round": Entry(_plain(_round), 1, 2),
    # ODK XForms specification, "XPath functions"
    "current": Entry(lambda p, _: [p.current], 0, 0),
    "instance": Entry(_instance, 1, 1),
    "if": Entry(_if, 3, 3),
    "coalesce": Entry(_coalesce, 1, MANY),
    "selected": Entry(_plain(_selected), 2, 2),
    "selected-at": Entry(_plain(_selected_at), 2, 2),
    "count-selected": Entry(_plain(lambda v: Decimal(len(values.text(v).split()))), 1, 1),
    "count-non-empty": Entry(_plain(_count_non_empty), 1, 1),
    "indexed-repeat": Entry(_indexed_repeat, 3, 7, odd=True),
    "int": Entry(_plain(_whole(None)), 1, 1),
    "min": Entry(_plain(_extreme(min)), 1, MANY),
    "max": Entry(_plain(_extreme(max)), 1, MANY),
    "abs": Entry(_plain(lambda v: MATH.abs(values.number(v))), 1, 1),
    "pow": Entry(_plain(_power), 2, 2),
    "sqrt": Entry(_plain(_root_of), 1, 1),
    "pi": Entry(lambda *_: Decimal(repr(math.pi)), 0, 0),
    "substr": Entry(_plain(substr), 2, 3),
    "ends-with": Entry(_plain(lambda v, s: values.text(v).endswith(values.text(s))), 2, 2),
    "join": Entry(_plain(join), 2, MANY),
    "upper-case": Entry(_plain(lambda v: values.text(v).upper()), 1, 1),
    "lower-case": Entry(_plain(lambda v: values.text(v).lower()), 1, 1),
    "regex": Entry(_plain(regex), 2, 2),
    "today": Entry(lambda p, _: p.around.today, 0, 0),
    "date": Entry(_plain(day), 1, 1),
    "format-date": Entry(_plain(format_day), 2, 2),
    "decimal-date-time": Entry(_plain(lambda v: values.number(day(v))), 1, 1),
    "boolean-from-string": Entry(_plain(_boolean_from_string), 1, 1),
    "checklist": Entry(_plain(_checklist), 3, MANY),
}
