"""Words: every key a screen uses is in the catalogue in both languages, and no screen says anything that is not."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.words import catalogue, field, review, visit

UI = Path(catalogue.__file__).parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
SCREENS = sorted(p for p in UI.rglob("*.py") if p.parent.name != "words")
SAYERS = {"t", "say"}
LITERALS_ALLOWED = {"look.py": {"入户 Ruhu"}, "unlock.py": {"中文"}}
"""The name of the app in the window's title, and the language's own name."""
PATTERN = re.compile(r"\\d")
"""A regular expression reads what people write; it says nothing."""


def keys(path: Path) -> Iterator[tuple[str, bool]]:
    """Every key that a module hands to `desk.t` or `say`, and whether it is whole or only how it begins."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        nodes = [n for a in call.args for n in ast.walk(a)] if name in SAYERS else []
        pieces = {id(v) for n in nodes if isinstance(n, ast.JoinedStr) for v in n.values}
        for node in nodes:
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value), False
            elif isinstance(node, ast.Constant) and "." in str(node.value) and id(node) not in pieces:
                yield str(node.value), True


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: p.name)
def test_every_key_a_screen_uses_is_in_the_catalogue(path: Path) -> None:
    known = catalogue.catalogue()
    missing = [k for k, whole in keys(path) if k not in known and (whole or not any(x.startswith(k) for x in known))]
    assert missing == []


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: p.name)
def test_no_screen_has_words_of_its_own(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    allowed = LITERALS_ALLOWED.get(path.name, set())
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and len(CHINESE.findall(node.value)) > 1
        and node.value not in allowed
        and not PATTERN.search(node.value)
    ]
    assert found == []


def test_no_key_is_in_two_rooms() -> None:
    rooms = [set(room.WORDS) for room in (field, visit, review)]
    assert sum(map(len, rooms)) == len(set().union(*rooms))


def test_both_languages_say_everything_with_the_same_figures() -> None:
    def figures(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, entry in catalogue.catalogue().items():
        chinese, english = entry[0], entry[1]
        assert chinese, key
        assert english, key
        assert not CHINESE.search(english), key
        assert figures(chinese) == figures(english), key
        for one in entry[2:]:
            assert figures(one) <= figures(english), key


def test_chinese_punctuation_is_full_width() -> None:
    wrong = [
        k
        for k, e in catalogue.catalogue().items()
        if re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;?!][\u4e00-\u9fff]", e[0])
    ]
    assert wrong == []


def test_one_is_said_as_one_in_english() -> None:
    assert catalogue.say("en", "today.count", n=1) == "1 household"
    assert catalogue.say("en", "today.count", n=2) == "2 households"
    assert catalogue.say("zh", "today.count", n=1) == "1 户"


def test_a_key_that_is_not_there_is_shown_and_does_not_fail() -> None:
    assert catalogue.say("zh", "nothing.of.the.kind") == "nothing.of.the.kind"
