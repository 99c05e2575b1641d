"""Words of the supervisor's desk: key → (中文, English) or (中文, English, English for one)."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {}
