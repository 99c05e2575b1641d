"""Every word the screens say, in Chinese and in English, side by side.

One module a room (`field`, `visit`, `review`, `safety` …), each a table `WORDS`: key → (中文, English) or (中文,
English, and English for one). A key is `screen.thing`. Figures stand in braces. `say` never raises for the person at
the screen: a key that is not there is shown as itself, and a test finds every key a screen uses, so that none is.
"""

from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias

from app.ui.words import bundle, family, field, questions, review, safety, visit

Lang: TypeAlias = Literal["zh", "en"]
Entry: TypeAlias = tuple[str, str] | tuple[str, str, str]

LANGUAGES: Mapping[Lang, str] = {"zh": "中文", "en": "English"}


@cache
def catalogue() -> Mapping[str, Entry]:
    rooms = (field, visit, safety, family, bundle, review, questions)
    return {key: words for room in rooms for key, words in room.WORDS.items()}


def say(lang: str, key: str, **figures: object) -> str:
    """The words of a key; the third form of an entry is English for `n` = 1."""
    entry = catalogue().get(key)
    if entry is None:
        return key
    one = len(entry) == 3 and figures.get("n") == 1
    text = entry[0] if lang == "zh" else entry[-1] if one else entry[1]
    return text.format(**figures) if figures else text
