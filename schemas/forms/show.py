"""From the answers' tree to what there is to see: sections, items and troubles in one language."""

import re
from collections.abc import Iterator

from schemas import problems
from schemas.forms.items import Group, Instance, Item, Offer, Question, Repeat, Section, Trouble
from schemas.forms.model import GROUP, REPEAT, Choice, Element, Words, words
from schemas.forms.spots import Many, Spot

_GONE = {"zh": "（已移除）", "en": "(removed)"}
"""What is shown for a chosen instance that is no longer there."""


def section(element: Element, kid: Spot | Many, lang: str) -> Section:
    """A top-level group, repeat or question with its counts."""
    head = kid.frame if isinstance(kid, Many) else kid
    asked = [s for top in kid.spots() for s in top.everything() if s.element.asked and s.relevant()]
    needed = [s for s in asked if s.required()]
    hard = [t.hard for t in troubles(kid, lang)]
    return Section(
        element.name,
        element.name,
        head.label(lang),
        head.hint(lang),
        head.relevant(),
        sum(1 for s in needed if s.current().given),
        len(needed),
        sum(hard),
        len(hard) - sum(hard),
        sum(1 for s in asked if s.current().given),
    )


def items(at: Spot | Many, lang: str) -> list[Item]:
    """What is to be seen at a place: relevant items in order, nested."""
    if isinstance(at, Many):
        return [_repeat(at, lang)] if at.frame.relevant() else []
    if at.element.type != GROUP and at.element.type != REPEAT:
        return [_question(at, lang)] if at.relevant() else []
    out: list[Item] = []
    for kid in at.kids.values():
        if isinstance(kid, Many):
            out += items(kid, lang)
        elif kid.element.type != "calculate" and kid.relevant():
            out.append(_group(kid, lang) if kid.element.type == GROUP else _question(kid, lang))
    return out


def _group(spot: Spot, lang: str) -> Group:
    below = tuple(items(spot, lang))
    return Group(spot.path, spot.name, spot.label(lang), spot.hint(lang), below, spot.element.appearance)


def _question(spot: Spot, lang: str) -> Question:
    element = spot.element
    said = [(_say(fault, lang), hard) for fault, hard in spot.faults()]
    return Question(
        spot.path,
        element.name,
        "select_one" if element.instances else element.type,
        spot.label(lang),
        spot.hint(lang),
        spot.required(),
        spot.readonly(),
        spot.current().value,
        tuple(_offers(spot, lang)),
        tuple(line for line, _ in said),
        element.appearance,
        element.unit,
        tuple(line for line, hard in said if not hard),
    )


def _offers(spot: Spot, lang: str) -> Iterator[Offer]:
    """The choices, and after them what was answered and is not among them, so that nothing is hidden."""
    value = spot.current().value
    chosen = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    shown = set()
    if spot.element.instances:
        offers = [Offer(i, _title(s, n, lang)) for n, (i, s) in enumerate(spot.instances().items(), 1)]
    elif spot.element.choices:
        offers = [Offer(c.value, words(c.label, lang)) for c in spot.choices()]
    else:
        return
    for offer in offers:
        shown.add(offer.value)
        yield offer
    everything = {c.value: c for c in spot.world.form.lists.get(spot.element.choices, ())}
    for code in chosen:
        if code not in shown:
            known: Choice | None = everything.get(code)
            gone = words(_GONE, lang) if spot.element.instances else code
            yield Offer(code, words(known.label, lang) if known else gone)


def _repeat(many: Many, lang: str) -> Repeat:
    instances = tuple(
        Instance(
            spot.id,
            spot.path,
            _title(spot, number, lang),
            tuple(items(spot, lang)),
            sum(1 for t in troubles(spot, lang) if t.hard),
        )
        for number, spot in enumerate(many.spots(), 1)
        if spot.relevant()
    )
    frame = many.frame
    empty = (problems.say("answer_rows", lang),) if _lacks_rows(many) else ()
    return Repeat(many.path, many.element.name, frame.label(lang), frame.hint(lang), instances, True, True, empty)


def _title(spot: Spot, number: int, lang: str) -> str:
    """An instance in a few words: the first answer in it, or the repeat's label and a number."""
    for kid in spot.everything():
        value = kid.current().value if kid.element.asked and kid.relevant() else None
        if isinstance(value, str) and not kid.element.instances:
            return next((words(c.label, lang) for c in kid.choices() if c.value == value), value)
    return f"{words(spot.element.label, lang)} {number}"


def troubles(kid: Spot | Many, lang: str) -> Iterator[Trouble]:
    """What is missing or odd at a place and below it, in the order of the form."""
    if isinstance(kid, Many):
        if _lacks_rows(kid):
            yield _trouble(kid.path, "answer_rows", True, lang)
        elif kid.element.wanted and not kid.spots() and kid.frame.relevant():
            yield _trouble(kid.path, "answer_wanted", False, lang)
        for spot in kid.spots():
            yield from troubles(spot, lang)
        return
    if not kid.relevant():
        return
    for below in kid.kids.values():
        yield from troubles(below, lang)
    if kid.element.asked and not kid.current().given and kid.required():
        missing = "answer_wanted" if kid.element.wanted else "answer_required"
        yield _trouble(kid.path, kid.element.required_message or missing, not kid.element.wanted, lang)
    if kid.element.asked:
        for fault, hard in kid.faults():
            yield _trouble(kid.path, fault, hard, lang)


def _lacks_rows(many: Many) -> bool:
    return bool(many.element.asked_by) and not many.spots() and many.frame.relevant()


def _say(fault: str | Words, lang: str) -> str:
    return problems.say(fault, lang) if isinstance(fault, str) else words(fault, lang)


def _trouble(path: str, fault: str | Words, hard: bool, lang: str) -> Trouble:
    top = re.split(r"[/\[]", path, maxsplit=1)[0]
    return Trouble(path, top, _say(fault, lang), hard, fault if isinstance(fault, str) else "")
