"""What questions and rows are called where they cannot be seen: in a list of what is missing, on a folded row."""

from collections.abc import Iterator, Sequence

from app.work.visit import questions
from schemas.forms.runtime import Group, Instance, Item, Question


def labels(items: Sequence[Item], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every question and repeat by its path, with the labels that lead to it: group, row, question."""
    for item in items:
        match item:
            case Question():
                yield item.path, (*above, item.label)
            case Group():
                yield from labels(item.items, (*above, item.label) if item.label else above)
            case _:
                yield item.path, (*above, item.label) if item.label not in above else above
                for number, instance in enumerate(item.instances, 1):
                    row = title(instance) or f"{item.label} {number}"
                    yield from labels(instance.items, (*above, row))


def title(instance: Instance) -> str:
    """What a row is called; empty when that would be a bare figure or day, which names nothing."""
    figures = {str(q.value) for q in questions(instance.items) if q.type in ("decimal", "integer", "date")}
    return "" if instance.title in figures else instance.title


def summary(instance: Instance, lang: str) -> str:
    """What is known of a row in one line: its choices in words. A yes says its question, a no says nothing."""
    return " · ".join(_words(q, lang) for q in questions(instance.items) if _tells(q))


def _tells(question: Question) -> bool:
    return question.type in ("select_one", "select_multiple") and question.value not in (None, "", [], "no")


def _words(question: Question, lang: str) -> str:
    if question.value == "yes":
        return question.label
    chosen = question.value if isinstance(question.value, list) else [question.value]
    return listed([c.label for c in question.choices if c.value in chosen], lang)


def listed(words: Sequence[str], lang: str) -> str:
    """Words in a row, joined as the language does."""
    return ("、" if lang == "zh" else ", ").join(words)
