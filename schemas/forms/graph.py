"""What an expression refers to, read off the form alone: are the places there, and does nothing depend on itself.

The runtime finds the same dependencies by looking; here they are found for every possible set of answers, so that a
form that could go round in a circle is refused when it is imported and not on a doorstep.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.forms.model import REPEAT, Element, Form
from schemas.forms.xpath import Call, Expression, Path, Step, parse

Edge = tuple[str, str]
"""("value" | "relevant" | "put", element path); "put" is an answer that another one triggers."""


_CURRENT = Call("current", ())
_HERE = Path(False, None, (), (Step("self", "node()"),))
_OF_CONTEXT = frozenset({"string", "number", "string-length", "normalize-space"})
"""Functions that read the context node when they are called without arguments."""


class NoSuchPlace(ValueError):
    """A path leads to a name that the form does not have there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Shape:
    """The element tree of a form as paths, the root being ""."""

    def __init__(self, form: Form, *, strict: bool = True) -> None:
        self.strict = strict
        self.elements = form.elements
        self.below: dict[str, list[str]] = {"": [e.path for e in form.children]}
        for element in form.elements.values():
            self.below[element.path] = [e.path for e in element.children]

    def repeated(self, path: str) -> bool:
        """Whether a place is inside a repeat, so that there are several of it."""
        return any(e.type == REPEAT for p, e in self.elements.items() if path.startswith(f"{p}/") or path == p)

    def targets(self, tree: Expression, context: str) -> set[str]:
        """The elements that an expression at an element may read; raises NoSuchPlace."""
        return {target for target, _ in self.reads(tree, context)}

    def reads(self, tree: Expression, context: str) -> Iterator[tuple[str, bool]]:
        """The same, each with whether it can only be the very place where the expression stands."""
        alone = not self.repeated(context)
        for path, here in self._paths(tree, [context]):
            plain = path in (_HERE, Path(False, _CURRENT, (), ()))
            for target in self._walk(path, here, context):
                yield target, target == context and (plain or alone)

    def in_list(self, tree: Expression, context: str, columns: Iterable[str]) -> None:
        """Checks a choice filter, whose bare names are the columns of its list; raises NoSuchPlace."""
        for path, _ in self._paths(tree, None):
            if path.start is None and not path.absolute:
                first = path.steps[0]
                if first.axis == "child" and first.test not in ("*", "node()", *columns):
                    raise NoSuchPlace(first.test)
            for _target in self._walk(path, None, context):
                pass

    def _paths(self, tree: Expression, here: list[str] | None) -> Iterator[tuple[Path, list[str] | None]]:
        """Every path in an expression with the context it is taken in: None inside a choice list."""
        for part in _outside_predicates(tree):
            if isinstance(part, Path):
                yield part, here

    def _walk(self, path: Path, here: list[str] | None, current: str) -> Iterator[str]:
        at: list[str] | None = here
        if path.start == _CURRENT:
            at = [current]
        elif path.start is not None:
            at = None
            for inner, context in self._paths(path.start, here):
                found = list(self._walk(inner, context, current))
                yield from found
                at = found
        elif path.absolute:
            at = ["/"]
        yield from self._within(path.predicates, at, current)
        for step in path.steps:
            at = None if at is None else self._step(step, at)
            yield from self._within(step.predicates, at, current)
        yield from (p for p in at or [] if p != "/")

    def _within(self, predicates: tuple[Expression, ...], at: list[str] | None, current: str) -> Iterator[str]:
        for predicate in predicates:
            for path, here in self._paths(predicate, at):
                yield from self._walk(path, here, current)

    def _step(self, step: Step, at: list[str]) -> list[str]:
        found: list[str] = []
        for place in at:
            found += [p for p in self._axis(step.axis, place, step.test) if p not in found]
        if self.strict and not found and step.test not in ("*", "node()"):
            raise NoSuchPlace(step.test)
        return found

    def _axis(self, axis: str, place: str, test: str) -> Iterator[str]:
        if axis in ("descendant", "descendant-or-self"):
            start = "" if place == "/" else place
            reach = [start, *(p for p in self.elements if not start or p.startswith(f"{start}/"))]
            yield from (p for p in reach if _named(p, test) and (p != start or axis == "descendant-or-self"))
        elif place == "/":
            yield from [""] if axis == "child" else []
        elif axis == "child":
            yield from (p for p in self.below[place] if _named(p, test))
        elif axis == "self":
            yield from [place] if _named(place, test) else []
        elif axis == "parent":
            yield from [place.rpartition("/")[0]] if place else []
        elif axis == "ancestor":
            while place:
                place = place.rpartition("/")[0]
                yield from [place] if _named(place, test) else []
        else:
            yield from (p for p in self.below[place.rpartition("/")[0]] if _named(p, test))


def circle(form: Form) -> str | None:
    """The path of an element whose value or relevance depends on itself, or that triggers itself; else None."""
    shape = Shape(form, strict=False)
    edges = {edge: out for e in form.elements.values() for edge, out in _edges(shape, e)}
    done: set[Edge] = set()
    for start in edges:
        found = _visit(start, edges, done, [])
        if found:
            return found[1]
    return None


def _edges(shape: Shape, element: Element) -> Iterator[tuple[Edge, set[Edge]]]:
    above = element.path.rpartition("/")[0]
    inherited: set[Edge] = {("relevant", above)} if above else set()
    yield ("relevant", element.path), inherited | _reads(shape, element, element.relevant)
    if element.trigger:
        yield ("put", element.path), {("put", element.trigger)}
    elif element.calculation:
        yield ("value", element.path), _reads(shape, element, element.calculation)


def _reads(shape: Shape, element: Element, source: str) -> set[Edge]:
    if not source:
        return set()
    out: set[Edge] = set()
    for target, itself in shape.reads(parse(source), element.path):
        out.add(("value", target))
        # A question sees its own answer whether it is relevant or not, but not that of its like in another instance.
        if not itself:
            out.add(("relevant", target))
    return out


def _visit(edge: Edge, edges: Mapping[Edge, set[Edge]], done: set[Edge], trail: list[Edge]) -> Edge | None:
    if edge in trail:
        return edge
    if edge in done:
        return None
    for further in edges.get(edge, ()):
        found = _visit(further, edges, done, [*trail, edge])
        if found:
            return found
    done.add(edge)
    return None


def _named(path: str, test: str) -> bool:
    return test in ("*", "node()") or path.rpartition("/")[2] == test


def _outside_predicates(tree: Expression) -> Iterator[Expression]:
    """An expression's parts that are taken in its own context: not those in predicates or at a path's start."""
    if isinstance(tree, Path):
        yield tree
        return
    if tree == _CURRENT:
        yield Path(False, tree, (), ())
    elif isinstance(tree, Call) and not tree.arguments and tree.name in _OF_CONTEXT:
        yield _HERE
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _outside_predicates(argument)
        return
    inner = [p for p in (getattr(tree, "left", None), getattr(tree, "right", None), getattr(tree, "of", None)) if p]
    for part in inner:
        yield from _outside_predicates(part)
