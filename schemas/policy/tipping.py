"""Which unknown facts can still change an outcome, and where it tips.

For each unknown fact that the rules read, the outcome is worked out again with the fact at its extremes (or at each
code that the rules look for) while all the others stay unknown. If that changes what is possible, the fact matters.
For money the turning point is found exactly, to the fen, by halving: verdicts are monotone in one amount.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from schemas import records
from schemas.codec import Value
from schemas.policy import words
from schemas.policy.facts import COLLECTIONS, HOUSEHOLD, TABLES, Fact, Facts, Row
from schemas.policy.ground import Outcome, lay, outcome
from schemas.policy.model import Pack
from schemas.policy.result import Missing
from schemas.policy.rules import ProgrammeRules
from schemas.policy.values import span

MOST = 10**10
"""The largest amount tried, in fen (a hundred million yuan)."""
_AGES = (0, 15, 16, 17, 18, 30, 59, 60, 69, 70, 80, 100)


@dataclass(frozen=True)
class _Unknown:
    """An unknown fact: its path, its kind of fact, and how to put a value in its place. `money`: it is an amount, and
    `known` takes any number of fen."""

    path: str
    label: words.Words
    fact: Fact
    known: Callable[[Value], Facts]
    candidates: tuple[Value, ...]
    money: bool


def missing(pack: Pack, rules: ProgrammeRules, facts: Facts, found: Outcome) -> tuple[Missing, ...]:
    """The unknown facts that can change an outcome, in the order of the facts' own table; all unknown facts that the
    rules read when no single one can."""
    unknown = list(_unknown(pack, rules, facts))
    out, silent = [], []
    turns: list[int] = []
    for one in unknown:
        tries = [(value, _with(pack, rules, one.known(value))) for value in one.candidates]
        if any(_shape(result) != _shape(found) for _, result in tries):
            out.append(Missing(one.path, one.label, _effect(pack, rules, one, tries, turns)))
        else:
            silent.append(Missing(one.path, one.label, _SOMEHOW))
    return tuple(out or silent)


_SOMEHOW = {"zh": "与其他未知项一起可能影响结果", "en": "may change the result together with the other unknown facts"}


def _with(pack: Pack, rules: ProgrammeRules, facts: Facts) -> Outcome:
    return outcome(rules, lay(pack, facts).env)


def _shape(result: Outcome) -> tuple[object, ...]:
    return result.possible, result.least, result.most


def _unknown(pack: Pack, rules: ProgrammeRules, facts: Facts) -> Iterator[_Unknown]:
    for name, fact in HOUSEHOLD.items():
        if name in rules.reads and facts.household.get(name) is None:
            yield _Unknown(
                name,
                {"zh": fact.zh, "en": fact.en},
                fact,
                partial(_household, facts, name),
                pack.groups if name == "group" else _candidates(pack, rules, name, fact),
                False,
            )
    for table, fact in TABLES.items():
        if table not in rules.reads:
            continue
        rows = facts.tables.get(table)
        if rows is None:
            yield _Unknown(
                table,
                {"zh": fact.zh, "en": fact.en},
                fact,
                partial(_filled_table, facts, table),
                (0, MOST) if table != "members" else (),
                table != "members",
            )
            continue
        for i, row in enumerate(rows):
            for name, cell in COLLECTIONS[table].items():
                if row[name] is None and f"{table}.{name}" in rules.reads:
                    yield _Unknown(
                        f"{table}[{row['id']}]/{name}",
                        _cell_label(table, row, fact, cell),
                        cell,
                        partial(_cell, facts, table, i, name),
                        _candidates(pack, rules, f"{table}.{name}", cell),
                        cell.unit == "fen",
                    )


def _candidates(pack: Pack, rules: ProgrammeRules, read: str, fact: Fact) -> tuple[Value, ...]:
    if fact.kind == "truth":
        return True, False
    if fact.kind == "number":
        return {"years": _AGES, "level": (0, 1, 2, 3, 4), "": (0, 1, 2, 3)}.get(fact.unit, (0, MOST))
    looked_for: set[str] = set()
    for code in rules.codes.get(read, frozenset()):
        if code.startswith("@"):
            for entry in pack.parameters[code[1:]].entries if code[1:] in pack.parameters else ():
                looked_for |= entry.value if isinstance(entry.value, frozenset) else {entry.value}
        else:
            looked_for.add(code)
    return (*sorted(looked_for), "")


def _one_row(table: str, amount: Value) -> tuple[Row, ...]:
    """A table that holds one plain row of an amount: income of no special kind, a deposit, a medical expense."""
    if amount == 0:
        return ()
    plain: dict[str, Row] = {
        "assets": {"id": "", "kind": "deposit", "value": amount, "exempt": "no", "member": None},
        "expenses": {"id": "", "kind": "medical", "amount": amount, "member": None},
    }
    flow = {"id": "", "item": "other", "gross": amount, "cost": 0, "member": None}
    return (plain.get(table, flow),)


def _household(facts: Facts, name: str, value: Value) -> Facts:
    return replace(facts, household={**facts.household, name: value})


def _filled_table(facts: Facts, table: str, amount: Value) -> Facts:
    return _table(facts, table, _one_row(table, amount))


def _table(facts: Facts, table: str, rows: tuple[Row, ...]) -> Facts:
    return replace(facts, tables={**facts.tables, table: rows})


def _cell(facts: Facts, table: str, i: int, name: str, value: Value) -> Facts:
    rows = list(facts.tables[table] or ())
    rows[i] = {**rows[i], name: value}
    return _table(facts, table, tuple(rows))


def _cell_label(table: str, row: Row, of: Fact, cell: Fact) -> words.Words:
    if table == "members":
        code = row["relation"]
        who = {lang: records.label("relation", code, lang) if code else "" for lang in words.LANGUAGES}
        return {
            "zh": f"{who['zh'] or '成员'}的{cell.zh}",
            "en": f"{who['en'] or 'Member'}: {cell.en}",
        }
    return {"zh": f"{of.zh}：{cell.zh}", "en": f"{of.en}: {cell.en}"}


def _effect(
    pack: Pack, rules: ProgrammeRules, one: _Unknown, tries: list[tuple[Value, Outcome]], turns: list[int]
) -> words.Words:
    if one.money:
        return _tipping_point(tries, lambda amount: _with(pack, rules, one.known(amount)), turns)
    return {lang: _cases(one.fact, tries, lang) for lang in words.LANGUAGES}


def _cases(fact: Fact, tries: list[tuple[Value, Outcome]], lang: str) -> str:
    """`if rural: eligible, 990 yuan; if urban: …`, the values with one outcome together."""
    grouped: dict[str, list[str]] = {}
    for value, result in tries:
        grouped.setdefault(_said(result, lang), []).append(_value(fact, value, lang))
    colon, comma, end = ("：", "、", "；") if lang == "zh" else (": ", ", ", "; ")
    some = [f"{comma.join(names[:4])}{'…' if len(names) > 4 else ''}{colon}{said}" for said, names in grouped.items()]
    return end.join(some)


def _value(fact: Fact, value: Value, lang: str) -> str:
    if fact.kind == "text":
        return records.label(fact.codes, value, lang) if value else ("其他情形" if lang == "zh" else "anything else")
    return words.say(value, fact.unit, lang)


def _said(result: Outcome, lang: str) -> str:
    if result.eligible is False:
        return "不符合" if lang == "zh" else "not eligible"
    if result.eligible is None:
        most = "" if result.most is None else words.say(result.most, "fen", lang)
        if not most:
            return "仍待定" if lang == "zh" else "still undetermined"
        return f"仍待定，每月最多{most}" if lang == "zh" else f"still undetermined, at most {most} a month"
    amount = words.say(_amount(result), "fen", lang)
    return f"符合，每月{amount}" if lang == "zh" else f"eligible, {amount} a month"


def _amount(result: Outcome) -> object:
    return result.least if result.least == result.most else result.amount


def _tipping_point(tries: list[tuple[Value, Outcome]], at: Callable[[int], Outcome], turns: list[int]) -> words.Words:
    (_, least), (_, most) = tries[0], tries[-1]
    if least.eligible is not most.eligible:
        if most.eligible is False:
            out = _turn(lambda x: at(x).eligible is False, turns)
            if least.eligible is True and _turn(lambda x: at(x).eligible is not True, turns) == out:
                return _money("低于{}则符合，达到则不符合", "eligible below {}, not from there on", out)
            return _money("达到{}则不符合", "not eligible from {} on", out)
        if most.eligible is True:
            return _money("达到{}则符合", "eligible from {} on", _turn(lambda x: at(x).eligible is True, turns))
    ends = [e for result in (least, most) for e in (result.least, result.most)]
    if None in ends:
        return _SOMEHOW
    amounts = span(min(e for e in ends if e is not None), max(e for e in ends if e is not None))
    return {"zh": f"金额：{words.say(amounts, 'fen', 'zh')}", "en": f"amount: {words.say(amounts, 'fen', 'en')}"}


def _turn(holds: Callable[[int], bool], turns: list[int]) -> int:
    """The least amount from which something holds, which does at MOST and not at 0. `turns` are the turning points
    found for other facts, to which it is added: all kinds of income tip alike, so they are tried first."""
    for guess in turns:
        if holds(guess) and not holds(guess - 1):
            return guess
    below, reached = 0, 2**20
    while reached < MOST and not holds(reached):
        below, reached = reached, min(2 * reached, MOST)
    while reached - below > 1:
        middle = (below + reached) // 2
        if holds(middle):
            reached = middle
        else:
            below = middle
    turns.append(reached)
    return reached


def _money(zh: str, en: str, amount: int) -> words.Words:
    return {"zh": zh.format(words.say(amount, "fen", "zh")), "en": en.format(words.say(amount, "fen", "en"))}
