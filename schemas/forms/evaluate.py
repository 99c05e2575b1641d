"""From the tree of an expression to a function that computes it over the answers.

`compiled` turns a tree into closures once per form; calling the result with a `Place` gives the value. Paths see the
relevant nodes only, as ODK's engines do. Everything here is pure: the day comes with the place.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from schemas.forms import values, xpath
from schemas.forms.functions import FUNCTIONS
from schemas.forms.place import Compiled, Place
from schemas.forms.values import MATH, Node, Nodes, Operand


class UnknownFunction(ValueError):
    """The expression calls what the runtime does not have, or with a number of arguments it does not take."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def compiled(tree: xpath.Expression) -> Compiled:
    """The function that computes a tree; raises UnknownFunction."""
    match tree:
        case xpath.Number(value) | xpath.Literal(value):
            return lambda _: value
        case xpath.Negative(of):
            inner = compiled(of)
            return lambda place: MATH.minus(values.number(inner(place)))
        case xpath.Binary(op, left, right):
            return _binary(op, compiled(left), compiled(right))
        case xpath.Call(name, arguments):
            return _call(name, [_argument(name, i, a) for i, a in enumerate(arguments)])
        case xpath.Path():
            return _path(tree)


def expression(text: str) -> Compiled:
    return compiled(xpath.parse(text))


def _binary(op: str, left: Compiled, right: Compiled) -> Compiled:
    match op:
        case "or":
            return lambda p: values.truth(left(p)) or values.truth(right(p))
        case "and":
            return lambda p: values.truth(left(p)) and values.truth(right(p))
        case "=":
            return lambda p: values.equal(left(p), right(p))
        case "!=":
            return lambda p: values.unequal(left(p), right(p))
        case "<":
            return lambda p: values.less(left(p), right(p))
        case "<=":
            return lambda p: values.less(left(p), right(p), or_equal=True)
        case ">":
            return lambda p: values.less(right(p), left(p))
        case ">=":
            return lambda p: values.less(right(p), left(p), or_equal=True)
        case "|":
            return lambda p: _union(left(p), right(p))
    arithmetic = _ARITHMETIC[op]
    return lambda p: arithmetic(values.number(left(p)), values.number(right(p)))


_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": MATH.add,
    "-": MATH.subtract,
    "*": MATH.multiply,
    "div": MATH.divide,
    "mod": MATH.remainder,
}


def _union(left: Operand, right: Operand) -> Nodes:
    found: Nodes = []
    for side in (left, right):
        if isinstance(side, list):
            found += [n for n in side if n not in found]
    return found


def _call(name: str, arguments: list[Compiled]) -> Compiled:
    if name == "jr:choice-name" and len(arguments) == 2:
        return _choice_name(arguments[0], arguments[1])
    entry = FUNCTIONS.get(name)
    if entry is None or not entry.takes(len(arguments)):
        raise UnknownFunction(name)
    function = entry.function
    return lambda place: function(place, arguments)


def _argument(name: str, index: int, tree: xpath.Expression) -> Compiled:
    """An argument; jr:choice-name gets its question as a path in quotes, so that the path is read here and once."""
    if name == "jr:choice-name" and index == 1 and isinstance(tree, xpath.Literal):
        return compiled(xpath.parse(tree.value))
    return compiled(tree)


def _choice_name(value: Compiled, question: Compiled) -> Compiled:
    def label(place: Place) -> Operand:
        found, chosen = question(place), values.text(value(place))
        return place.around.label_of(chosen, found[0]) if isinstance(found, list) and found else chosen

    return label


def _path(path: xpath.Path) -> Compiled:
    start = compiled(path.start) if path.start else None
    filters = [compiled(p) for p in path.predicates]
    walks = [_step(step) for step in path.steps]
    absolute = path.absolute

    def walk(place: Place) -> Operand:
        if start:
            found = start(place)
            if not isinstance(found, list):
                return found
            nodes = _filtered(found, filters, place)
        elif absolute:
            nodes = [_root(place.current)]
        else:
            nodes = [place.node]
        here = place.node
        for take in walks:
            nodes = take(nodes, place)
        return [n for n in nodes if n is here or n.counts()]

    return walk


def _step(step: xpath.Step) -> Callable[[Nodes, Place], Nodes]:
    filters = [compiled(p) for p in step.predicates]
    name = "*" if step.test == "node()" else step.test
    axis = _AXES[step.axis]

    def take(nodes: Nodes, place: Place) -> Nodes:
        if len(nodes) == 1:
            return _filtered(axis(nodes[0], name), filters, place)
        found: Nodes = []
        for node in nodes:
            found += [n for n in _filtered(axis(node, name), filters, place) if n not in found]
        return found

    return take


def _filtered(nodes: Nodes, filters: list[Compiled], place: Place) -> Nodes:
    for test in filters:
        size = len(nodes)
        kept = []
        for position, node in enumerate(nodes, 1):
            value = test(replace(place, node=node, position=position, size=size))
            if value == position if isinstance(value, Decimal) else values.truth(value):
                kept.append(node)
        nodes = kept
    return nodes


def _root(node: Node) -> Node:
    """The document above the answers, where `/data/a` starts, also inside a choice list."""
    while node.parent is not None:
        node = node.parent
    return _Document(node)


class _Document:
    def __init__(self, root: Node) -> None:
        self._root = root
        self.name = ""
        self.parent = None

    def named(self, name: str) -> Nodes:
        return _self(self._root, name)

    def atom(self) -> str:
        return ""

    def counts(self) -> bool:
        return True


def _fits(node: Node, name: str) -> bool:
    return name in ("*", node.name)


def _self(node: Node, name: str) -> Nodes:
    return [node] if _fits(node, name) else []


def _parent(node: Node, name: str) -> Nodes:
    return [node.parent] if node.parent is not None and _fits(node.parent, name) else []


def _ancestor(node: Node, name: str) -> Nodes:
    found = _parent(node, name)
    return found + _ancestor(node.parent, name) if node.parent is not None else found


def _descendant(node: Node, name: str) -> Nodes:
    found: Nodes = []
    for child in node.named("*"):
        found += [*_self(child, name), *_descendant(child, name)]
    return found


def _siblings(node: Node, name: str, *, after: bool) -> Nodes:
    if node.parent is None:
        return []
    line = list(node.parent.named("*"))
    at = line.index(node)
    return [n for n in (line[at + 1 :] if after else reversed(line[:at])) if _fits(n, name)]


_AXES: dict[str, Callable[[Node, str], Nodes]] = {
    "child": lambda node, name: list(node.named(name)),
    "self": _self,
    "parent": _parent,
    "ancestor": _ancestor,
    "descendant": _descendant,
    "descendant-or-self": lambda node, name: [*_self(node, name), *_descendant(node, name)],
    "following-sibling": lambda node, name: _siblings(node, name, after=True),
    "preceding-sibling": lambda node, name: _siblings(node, name, after=False),
}
