"""The functions a questionnaire may call: XPath 1.0's and ODK's, without those that need a device, a network or chance.

A questionnaire that calls anything else is refused by name when it is imported. Where XPath would make a whole total
NaN for one blank (`sum`, `min`, `max` over a repeat), blanks are left out: an unanswered row is unknown, and the
household's total so far is still worth showing.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache

from schemas.forms import values
from schemas.forms.place import Compiled, Function, Place
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


def _texts(arguments: Sequence[Operand]) -> list[str]:
    return [values.text(atom) for value in arguments for atom in values.atoms(value)]


def _numbers(arguments: Sequence[Operand]) -> list[Decimal]:
    return [values.number(atom) for value in arguments for atom in values.atoms(value) if atom != ""]


def _integer(value: Operand) -> int | None:
    found = values.number(value)
    return int(found) if found.is_finite() else None


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
        number = _integer(index(place))
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
    """XPath's round is half up, also below zero: -2.5 is -2."""
    digits, n = _integer(places), values.number(value)
    if digits is None or not n.is_finite():
        return n
    step = Decimal(1).scaleb(-digits)
    scaled = MATH.add(MATH.divide(n, step), Decimal("0.5"))
    return MATH.multiply(scaled.to_integral_value(ROUND_FLOOR), step)


def _whole(rounding: str | None) -> Callable[[Operand], Operand]:
    def cut(value: Operand) -> Operand:
        n = values.number(value)
        if not n.is_finite():
            return n
        return n.to_integral_value(rounding) if rounding else Decimal(int(n))

    return cut


def _power(base: Operand, exponent: Operand) -> Operand:
    return MATH.power(values.number(base), values.number(exponent))


def _substring(value: Operand, start: Operand, length: Operand | None = None) -> Operand:
    """XPath's substring counts from 1 and rounds both figures (XPath 1.0 §4.2)."""
    line = values.text(value)
    first = _round(start)
    last = Decimal("Infinity") if length is None else MATH.add(values.number(first), values.number(_round(length)))
    return "".join(
        c
        for i, c in enumerate(line, 1)
        if values.less(first, Decimal(i), or_equal=True) and values.less(Decimal(i), last)
    )


def _substr(value: Operand, start: Operand, end: Operand | None = None) -> Operand:
    """ODK's substr counts from 0, up to but without `end`; negative figures count from the end."""
    first, last = _integer(start), None if end is None else _integer(end)
    return "" if first is None else values.text(value)[first:last]


def _normalize_space(place: Place, arguments: Sequence[Compiled]) -> Operand:
    return " ".join(_own_text(place, arguments).split())


def _own_text(place: Place, arguments: Sequence[Compiled]) -> str:
    return values.text(arguments[0](place) if arguments else [place.node])


def _translate(value: Operand, old: Operand, new: Operand) -> Operand:
    source, target = values.text(old), values.text(new)
    table = {ord(c): (target[i] if i < len(target) else None) for i, c in reversed(list(enumerate(source)))}
    return values.text(value).translate(table)


@cache
def _pattern(source: str) -> re.Pattern[str] | None:
    try:
        return re.compile(source)
    except re.error:
        return None


def _regex(value: Operand, pattern: Operand) -> Operand:
    """ODK's regex: the whole text must match."""
    found = _pattern(values.text(pattern))
    return bool(found and found.fullmatch(values.text(value)))


def _selected(value: Operand, choice: Operand) -> Operand:
    return values.text(choice) in values.text(value).split()


def _selected_at(value: Operand, at: Operand) -> Operand:
    chosen, index = values.text(value).split(), _integer(at)
    return chosen[index] if index is not None and 0 <= index < len(chosen) else ""


def _date(value: Operand) -> Operand:
    day = values.as_date(value)
    return "" if day is None else day


_FORMATS = {"Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "b": "%b", "a": "%a"}


def _format_date(value: Operand, pattern: Operand) -> Operand:
    """ODK's format-date: %Y %y %m %n %b %d %e %a; n and e are without a leading zero."""
    day = values.as_date(value)
    if day is None:
        return ""
    found: date = day

    def part(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in "ne":
            return str(found.month if letter == "n" else found.day)
        return f"{found.year:04d}" if letter == "Y" else found.strftime(_FORMATS[letter])

    return re.sub(r"%([YymnbdEea])", part, values.text(pattern).replace("%E", "%e"))


def _boolean_from_string(value: Operand) -> Operand:
    return values.text(value) in ("true", "1")


def _join(separator: Operand, *rest: Operand) -> Operand:
    return values.text(separator).join(_texts(rest))


def _count_non_empty(value: Operand) -> Operand:
    return Decimal(sum(1 for atom in values.atoms(value) if values.text(atom) != ""))


def _checklist(least: Operand, most: Operand, *rest: Operand) -> Operand:
    """ODK's checklist: whether the number of true arguments is within both bounds; -1 is no bound."""
    low, high = _integer(least), _integer(most)
    true = sum(1 for v in rest if values.truth(v))
    return (low is None or low < 0 or true >= low) and (high is None or high < 0 or true <= high)


def _root_of(value: Operand) -> Operand:
    n = values.number(value)
    return MATH.sqrt(n) if n >= 0 else NAN


def _string_length(place: Place, arguments: Sequence[Compiled]) -> Operand:
    return Decimal(len(_own_text(place, arguments)))


def _before(value: Operand, mark: Operand) -> Operand:
    head, found, _ = values.text(value).partition(values.text(mark) or "\0")
    return head if found else ""


def _after(value: Operand, mark: Operand) -> Operand:
    sign = values.text(mark)
    return values.text(value).partition(sign)[2] if sign else values.text(value)


FUNCTIONS: dict[str, Entry] = {
    # XPath 1.0 §4
    "last": Entry(lambda place, _: Decimal(place.size), 0, 0),
    "position": Entry(_position, 0, 1),
    "count": Entry(_plain(lambda v: Decimal(len(_nodes(v)))), 1, 1),
    "name": Entry(lambda p, a: ([*_nodes(a[0](p)), p.node] if a else [p.node])[0].name, 0, 1),
    "string": Entry(lambda p, a: _own_text(p, a), 0, 1),
    "concat": Entry(_plain(lambda *v: "".join(_texts(v))), 1, MANY),
    "starts-with": Entry(_plain(lambda v, s: values.text(v).startswith(values.text(s))), 2, 2),
    "contains": Entry(_plain(lambda v, s: values.text(s) in values.text(v)), 2, 2),
    "substring-before": Entry(_plain(_before), 2, 2),
    "substring-after": Entry(_plain(_after), 2, 2),
    "substring": Entry(_plain(_substring), 2, 3),
    "string-length": Entry(_string_length, 0, 1),
    "normalize-space": Entry(_normalize_space, 0, 1),
    "translate": Entry(_plain(_translate), 3, 3),
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
    "substr": Entry(_plain(_substr), 2, 3),
    "ends-with": Entry(_plain(lambda v, s: values.text(v).endswith(values.text(s))), 2, 2),
    "join": Entry(_plain(_join), 2, MANY),
    "upper-case": Entry(_plain(lambda v: values.text(v).upper()), 1, 1),
    "lower-case": Entry(_plain(lambda v: values.text(v).lower()), 1, 1),
    "regex": Entry(_plain(_regex), 2, 2),
    "today": Entry(lambda p, _: p.around.today, 0, 0),
    "date": Entry(_plain(_date), 1, 1),
    "format-date": Entry(_plain(_format_date), 2, 2),
    "decimal-date-time": Entry(_plain(lambda v: values.number(_date(v))), 1, 1),
    "boolean-from-string": Entry(_plain(_boolean_from_string), 1, 1),
    "checklist": Entry(_plain(_checklist), 3, MANY),
}
