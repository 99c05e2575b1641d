"""The grammar of questionnaire expressions: XPath 1.0 as XLSForms use it, from text to a tree.

`parse` is the only entry. It knows every operator, path, predicate and call of XPath 1.0 (W3C, 1999) except variables
and the attribute and namespace axes, which no questionnaire has. What a name means is not its business: functions are
looked up in `functions`, paths walk the answers in `evaluate`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


class BadExpression(ValueError):
    """The text is no expression; `at` is the offset of the first character that does not fit."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(f"cannot read {text[at : at + 12]!r} at character {at + 1}")
        self.at = at


@dataclass(frozen=True)
class Number:
    value: Decimal


@dataclass(frozen=True)
class Literal:
    value: str


@dataclass(frozen=True)
class Binary:
    """`op` is one of or and = != < <= > >= + - * div mod |."""

    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Negative:
    of: "Expression"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Step:
    """One step of a path; `test` is a name, `*` or `node()`."""

    axis: str
    test: str
    predicates: tuple["Expression", ...] = ()


@dataclass(frozen=True)
class Path:
    """A location path from the root, the context node (`start` None) or the nodes of an expression."""

    absolute: bool
    start: "Expression | None"
    predicates: tuple["Expression", ...]
    steps: tuple[Step, ...]


Expression: TypeAlias = Number | Literal | Binary | Negative | Call | Path

AXES = frozenset({"child", "self", "parent", "ancestor", "descendant", "descendant-or-self"}) | {
    "following-sibling",
    "preceding-sibling",
}

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<symbol>\.\.|::|//|!=|<=|>=|[()\[\].,@/|+\-=<>*])
    | (?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    )""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_LONGEST, _DEEPEST = 600, 40
"""More signs and more levels than any questionnaire has: a file must not be able to exhaust the stack."""
_HERE = Step("self", "node()")
_DEEP = Step("descendant-or-self", "node()")


def parse(text: str) -> Expression:
    """The tree of an expression; raises BadExpression."""
    reader = _Reader(text)
    tree = reader.binary(0)
    reader.end()
    return tree


def parts(tree: Expression) -> Iterator[Expression]:
    """An expression and everything inside it, outermost first."""
    yield tree
    inner: list[Expression] = []
    match tree:
        case Binary(_, left, right):
            inner = [left, right]
        case Negative(of):
            inner = [of]
        case Call(_, arguments):
            inner = list(arguments)
        case Path(_, start, predicates, steps):
            inner = [*([start] if start else []), *predicates, *(p for s in steps for p in s.predicates)]
    for part in inner:
        yield from parts(part)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        end = len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if not found:
                raise BadExpression(text, at + len(text[at:]) - len(text[at:].lstrip()))
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind], found.start(kind)))
            at = found.end()
            if len(self.tokens) > _LONGEST:
                raise BadExpression(text, at)
        self.next = 0
        self.depth = 0

    def peek(self, ahead: int = 0) -> tuple[str, str, int]:
        at = self.next + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "", len(self.text))

    def sees(self, *symbols: str, ahead: int = 0) -> bool:
        kind, word, _ = self.peek(ahead)
        return kind in ("symbol", "name") and word in symbols

    def take(self, *symbols: str) -> bool:
        if self.sees(*symbols):
            self.next += 1
            return True
        return False

    def need(self, symbol: str) -> None:
        if not self.take(symbol):
            self.fail()

    def fail(self) -> None:
        raise BadExpression(self.text, self.peek()[2])

    def end(self) -> None:
        if self.peek()[0] != "end":
            self.fail()

    def whole(self) -> Expression:
        """An expression inside another one: in parentheses, a predicate or an argument."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail()
        tree = self.binary(0)
        self.depth -= 1
        return tree

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.sees(*_LEVELS[level]):
            op = self.peek()[1]
            self.next += 1
            left = Binary(op, left, self.binary(level + 1))
        return left

    def unary(self) -> Expression:
        signs = 0
        while self.take("-"):
            signs += 1
        left = self.path()
        while self.take("|"):
            left = Binary("|", left, self.path())
        for _ in range(signs):
            left = Negative(left)
        return left

    def path(self) -> Expression:
        kind, word, _ = self.peek()
        start: Expression | None = None
        predicates: tuple[Expression, ...] = ()
        if kind == "number":
            self.next += 1
            start = Number(Decimal(word))
        elif kind == "literal":
            self.next += 1
            start = Literal(word[1:-1])
        elif self.take("("):
            start = self.whole()
            self.need(")")
        elif kind == "name" and self.sees("(", ahead=1) and word not in ("node", "text"):
            start = self.call()
        if start is not None:
            predicates = self.predicates()
            if not self.sees("/", "//"):
                return Path(False, start, predicates, ()) if predicates else start
            return Path(False, start, predicates, self.steps([]))
        if self.take("//"):
            return Path(True, None, (), self.relative([_DEEP]))
        if self.take("/"):
            first = self.peek()[0] == "name" or self.sees(".", "..", "*")
            return Path(True, None, (), self.relative([]) if first else ())
        return Path(False, None, (), self.relative([]))

    def relative(self, steps: list[Step]) -> tuple[Step, ...]:
        steps.append(self.step())
        return self.steps(steps)

    def steps(self, steps: list[Step]) -> tuple[Step, ...]:
        while self.sees("/", "//"):
            if self.peek()[1] == "//":
                steps.append(_DEEP)
            self.next += 1
            steps.append(self.step())
        return tuple(steps)

    def step(self) -> Step:
        if self.take("."):
            return _HERE
        if self.take(".."):
            return Step("parent", "node()", self.predicates())
        axis = "child"
        kind, word, _ = self.peek()
        if kind == "name" and self.sees("::", ahead=1):
            if word not in AXES:
                self.fail()
            axis = word
            self.next += 2
        kind, word, _ = self.peek()
        if self.take("*"):
            test = "*"
        elif kind == "name":
            self.next += 1
            test = word
            if self.take("("):
                if word != "node":
                    self.next -= 2
                    self.fail()
                self.need(")")
                test = "node()"
        else:
            self.fail()
        return Step(axis, test, self.predicates())

    def predicates(self) -> tuple[Expression, ...]:
        found = []
        while self.take("["):
            found.append(self.whole())
            self.need("]")
        return tuple(found)

    def call(self) -> Expression:
        name = self.peek()[1]
        self.next += 2
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.whole())
            while self.take(","):
                arguments.append(self.whole())
            self.need(")")
        return Call(name, tuple(arguments))
