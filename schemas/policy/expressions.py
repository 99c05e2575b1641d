"""The language of rule lines: Python's expression syntax, a whitelist of what it may hold, and nothing run as Python.

    sum(max(0, r.gross - r.cost) for r in wages if r.ours and r.item not in excluded)

An expression is parsed with `ast`, checked (every name, field, function and kind of value must be known and fit) and
turned into nested closures. It can read facts, parameters, earlier lines and members' marks; it cannot call, assign,
index or reach anything else. Values follow `schemas/policy/values`: an unknown fact makes a range, not an error.

Kinds: `number`, `truth`, `text` (a code) and `codes` (a list of codes, only after `in`).
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from schemas.policy import values
from schemas.policy.values import Quantity, Truth

Env: TypeAlias = dict[str, Any]
Run: TypeAlias = Callable[[Env], Any]

LONGEST = 2000
DEEPEST = 40
FUNCTIONS = ("sum", "count", "any", "all", "min", "max", "rounded")


class ExpressionRefused(ValueError):
    """The text is not an expression of this language; the message says what is wrong in it."""


@dataclass(frozen=True)
class Scope:
    """What an expression may name: names and their kinds, collections and the kinds of their rows' fields."""

    names: Mapping[str, str]
    collections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    row: tuple[str, str] | None = None
    """A (name, collection) that is bound already: one row, as `m` in a member's mark."""


@dataclass(frozen=True)
class Expression:
    """A checked expression. `reads` holds the names and `collection.field`s it reads; `codes` the codes, and the
    names of code lists, that each of those is compared with."""

    text: str
    kind: str
    run: Run
    reads: frozenset[str]
    codes: Mapping[str, frozenset[str]]


def compile_expression(text: str, scope: Scope, kind: str | None = None) -> Expression:
    """The expression of a text, of the kind asked for; raises ExpressionRefused."""
    if len(text) > LONGEST:
        raise ExpressionRefused(f"longer than {LONGEST} characters")
    try:
        text = " ".join(text.split())
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionRefused("not an expression") from error
    if _depth(tree) > DEEPEST:
        raise ExpressionRefused("nested too deeply: make it several lines")
    work = _Compiler(scope)
    found, run = work.node(tree)
    if kind is not None and found != kind:
        raise ExpressionRefused(f"gives a {found} where a {kind} is needed")
    codes = {name: frozenset(some) for name, some in work.codes.items()}
    return Expression(text, found, run, frozenset(work.reads), codes)


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


class _Compiler:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rows: dict[str, str] = dict([scope.row]) if scope.row else {}
        self.reads: set[str] = set()
        self.codes: dict[str, set[str]] = {}

    def node(self, node: ast.expr) -> tuple[str, Run]:
        match node:
            case ast.Constant(value=bool() as constant):
                return "truth", lambda env: constant
            case ast.Constant(value=int() as constant):
                return "number", lambda env: constant
            case ast.Constant(value=str() as constant):
                return "text", lambda env: constant
            case ast.Constant(value=float()):
                raise ExpressionRefused("a number with a fraction: make it a parameter with its source")
            case ast.Name(id=name):
                return self.name(name)
            case ast.Attribute(value=ast.Name(id=row), attr=attr):
                return self.attribute(row, attr)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                run = self.of("truth", inner)
                return "truth", lambda env: values.negate(run(env))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                run = self.of("number", inner)
                return "number", lambda env: values.minus(run(env))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                do, a, b = _ARITHMETIC[type(op)], self.of("number", left), self.of("number", right)
                return "number", lambda env: do(a(env), b(env))
            case ast.BoolOp(op=op, values=parts):
                return "truth", _both([self.of("truth", p) for p in parts], isinstance(op, ast.Or))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip([left, *rights], ops, rights, strict=False)
                return "truth", _both([self.comparison(a, op, b) for a, op, b in pairs], False)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(test, body, orelse)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if function in FUNCTIONS:
                return self.call(function, args)
            case ast.Call(func=ast.Name(id=function)) if function not in FUNCTIONS:
                raise ExpressionRefused(f"no function {function}; there are {', '.join(FUNCTIONS)}")
            case _:
                raise ExpressionRefused(f"{type(node).__name__} is not part of the language")

    def of(self, kind: str, node: ast.expr) -> Run:
        found, run = self.node(node)
        if found != kind:
            raise ExpressionRefused(f"{ast.unparse(node)} is a {found} where a {kind} is needed")
        return run

    def name(self, name: str) -> tuple[str, Run]:
        if name not in self.scope.names:
            raise ExpressionRefused(f"unknown name {name}")
        self.reads.add(name)
        return self.scope.names[name], lambda env: env[name]

    def attribute(self, row: str, attr: str) -> tuple[str, Run]:
        if row not in self.rows:
            raise ExpressionRefused(f"unknown row {row}")
        fields = self.scope.collections[self.rows[row]]
        if attr not in fields:
            raise ExpressionRefused(f"{self.rows[row]} have no {attr}")
        self.reads.add(f"{self.rows[row]}.{attr}")
        return fields[attr], lambda env: env[row][attr]

    def comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Run:
        if isinstance(op, ast.In | ast.NotIn):
            return self.membership(left, isinstance(op, ast.NotIn), right)
        kind, a = self.node(left)
        b = self.of(kind, right)
        if isinstance(op, ast.Eq | ast.NotEq) and kind in ("number", "truth", "text"):
            self.compared(left, right)
            equal: Run = _same_number(a, b) if kind == "number" else _same_word(a, b)
            return equal if isinstance(op, ast.Eq) else lambda env: values.negate(equal(env))
        if kind != "number" or type(op) not in _ORDER:
            raise ExpressionRefused(f"a {kind} cannot be compared like this")
        order = _ORDER[type(op)]
        return lambda env: order(a(env), b(env))

    def membership(self, left: ast.expr, out: bool, right: ast.expr) -> Run:
        a = self.of("text", left)
        if isinstance(right, ast.Tuple | ast.List | ast.Set):
            words = frozenset(c.value for c in right.elts if isinstance(c, ast.Constant) and isinstance(c.value, str))
            if len(words) != len(right.elts):
                raise ExpressionRefused("a list after `in` holds different codes in quotes")
            self.compared(left, right)
            among: Run = lambda env: words  # noqa: E731
        else:
            among = self.of("codes", right)
            self.compared(left, right)

        def run(env: Env) -> Truth:
            word, listed = a(env), among(env)
            if word is None or listed is None:
                return None
            return bool(word in listed) is not out

        return run

    def compared(self, left: ast.expr, right: ast.expr) -> None:
        if isinstance(left, ast.Attribute) and isinstance(left.value, ast.Name):
            path = f"{self.rows[left.value.id]}.{left.attr}"
        elif isinstance(left, ast.Name):
            path = left.id
        else:
            return
        known = {c.value for c in ast.walk(right) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
        lists = {f"@{right.id}"} if isinstance(right, ast.Name) else set()
        self.codes.setdefault(path, set()).update(known | lists)

    def choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> tuple[str, Run]:
        when, (kind, then) = self.of("truth", test), self.node(body)
        other = self.of(kind, orelse)

        def run(env: Env) -> Any:
            holds = when(env)
            if holds is None:
                a, b = then(env), other(env)
                if kind == "number":
                    return values.hull(a, b)
                return a if a == b else None
            return then(env) if holds else other(env)

        return kind, run

    def call(self, function: str, args: list[ast.expr]) -> tuple[str, Run]:
        if function in ("min", "max"):
            if len(args) < 2:
                raise ExpressionRefused(f"{function} needs two numbers or more")
            return "number", _extreme([self.of("number", a) for a in args], min if function == "min" else max)
        if function == "rounded":
            return "number", self.rounding(args)
        if len(args) != 1 or not isinstance(args[0], ast.GeneratorExp):
            raise ExpressionRefused(f"{function} needs `… for row in rows`")
        return self.over_rows(function, args[0])

    def rounding(self, args: list[ast.expr]) -> Run:
        if len(args) != 3:
            raise ExpressionRefused("rounded needs a number, a step and up, down or nearest")
        number, step, way = self.of("number", args[0]), self.of("number", args[1]), self.of("text", args[2])

        def run(env: Env) -> Quantity:
            size, how = step(env), way(env)
            if isinstance(size, values.Range) or how is None:
                return values.ANY
            return values.rounded(number(env), size, how)

        return run

    def over_rows(self, function: str, loop: ast.GeneratorExp) -> tuple[str, Run]:
        match loop.generators:
            case [ast.comprehension(target=ast.Name(id=row), iter=ast.Name(id=rows), ifs=ifs, is_async=0)]:
                pass
            case _:
                raise ExpressionRefused("a loop goes over one collection: `… for row in rows if …`")
        if rows not in self.scope.collections:
            raise ExpressionRefused(f"unknown collection {rows}")
        if row in self.rows or row in self.scope.names:
            raise ExpressionRefused(f"the name {row} is taken")
        self.rows[row] = rows
        self.reads.add(rows)
        keep = _both([self.of("truth", i) for i in ifs], False) if ifs else None
        if function == "count":
            if not (isinstance(loop.elt, ast.Name) and loop.elt.id == row):
                raise ExpressionRefused(f"count counts rows: count({row} for {row} in {rows} if …)")
            each: Run = lambda env: 1  # noqa: E731
        else:
            each = self.of("number" if function == "sum" else "truth", loop.elt)
        del self.rows[row]
        if function in ("sum", "count"):
            return "number", _total(row, rows, keep, each)
        return "truth", _quantified(row, rows, keep, each, function == "any")


_ARITHMETIC: dict[type, Callable[[Quantity, Quantity], Quantity]] = {
    ast.Add: values.add,
    ast.Sub: values.subtract,
    ast.Mult: values.multiply,
    ast.Div: values.divide,
}
_ORDER: dict[type, Callable[[Quantity, Quantity], Truth]] = {
    ast.Lt: values.less,
    ast.Gt: lambda a, b: values.less(b, a),
    ast.LtE: lambda a, b: values.negate(values.less(b, a)),
    ast.GtE: lambda a, b: values.negate(values.less(a, b)),
}


def unknown_row(collection: str) -> str:
    """The name under which a collection's wholly unknown row stands in an Env, for when the collection is None."""
    return f"?{collection}"


def _both(parts: list[Run], decider: bool) -> Run:
    """`and` for decider False, `or` for True: the first part that decides ends it."""
    if len(parts) == 1:
        return parts[0]

    def run(env: Env) -> Truth:
        answer: Truth = not decider
        for part in parts:
            truth: Truth = part(env)
            if truth is decider:
                return decider
            if truth is None:
                answer = None
        return answer

    return run


def _same_number(a: Run, b: Run) -> Run:
    return lambda env: values.same(a(env), b(env))


def _same_word(a: Run, b: Run) -> Run:
    def run(env: Env) -> Truth:
        x, y = a(env), b(env)
        return None if x is None or y is None else bool(x == y)

    return run


def _extreme(parts: list[Run], best: Callable[..., Any]) -> Run:
    def run(env: Env) -> Quantity:
        found = [part(env) for part in parts]
        return values.span(best(map(values.low, found)), best(map(values.high, found)))

    return run


def _total(row: str, rows: str, keep: Run | None, each: Run) -> Run:
    def run(env: Env) -> Quantity:
        if env[rows] is None:
            env[row] = env[unknown_row(rows)]
            return 0 if keep is not None and keep(env) is False else values.total_of_unknown(each(env))
        total: Quantity = 0
        for item in env[rows]:
            env[row] = item
            kept = True if keep is None else keep(env)
            if kept is not False:
                value = each(env)
                total = values.add(total, value if kept else values.hull(value, 0))
        return total

    return run


def _quantified(row: str, rows: str, keep: Run | None, each: Run, decider: bool) -> Run:
    def run(env: Env) -> Truth:
        if env[rows] is None:
            return None
        answer: Truth = not decider
        for item in env[rows]:
            env[row] = item
            kept = True if keep is None else keep(env)
            if kept is not False:
                truth: Truth = each(env)
                if truth is decider and kept:
                    return decider
                if truth is not (not decider):
                    answer = None
        return answer

    return run
