"""A value in a pack, where it stands, and what is wrong with it, said in a policy officer's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.codec import Value
from schemas.policy import words
from schemas.policy.rules import Words


class PackRefused(ValueError):
    """A pack cannot be used. `complaints` are (place, what is wrong) pairs, for a policy officer; never empty."""

    def __init__(self, complaints: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{place}: {what}" for place, what in complaints))
        self.complaints = complaints


@dataclass(frozen=True)
class Place:
    """A value, where it stands, and where complaints go."""

    at: str
    value: Value
    complaints: list[tuple[str, str]]

    def complain(self, what: str) -> None:
        self.complaints.append((self.at, what))

    def fields(self, needed: str, optional: str = "") -> dict[str, "Place"]:
        """The fields of an object by name; missing and unknown ones are complained about."""
        names = {**dict.fromkeys(needed.split(), True), **dict.fromkeys(optional.split(), False)}
        if not isinstance(self.value, Mapping):
            self.complain("must be a group of fields")
            return {name: self.under(name, None) for name in names}
        for name in self.value:
            if name not in names:
                self.under(str(name), None).complain("unknown field")
        for name, must in names.items():
            if must and self.value.get(name) is None:
                self.under(name, None).complain("is missing")
        return {name: self.under(name, self.value.get(name)) for name in names}

    def under(self, name: str, value: Value) -> "Place":
        return Place(f"{self.at}.{name}" if self.at else name, value, self.complaints)

    def each(self) -> Iterator[tuple[str, "Place"]]:
        """The entries of an object, or nothing for None."""
        if self.value is None:
            return
        if not isinstance(self.value, Mapping):
            self.complain("must be a group of names")
            return
        for name in self.value:
            yield name, self.under(name, self.value[name])

    def items(self) -> Iterator["Place"]:
        """The items of a list, or nothing for None; each stands at its name, or else at its number from 1."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.complain("must be a list")
            return
        for number, item in enumerate(self.value, start=1):
            name = item.get("name") if isinstance(item, Mapping) else None
            yield Place(f"{self.at}[{name if isinstance(name, str) else number}]", item, self.complaints)

    def of(self, kind: type, what: str, default: Any) -> Any:
        """The value when it is of a type; the default, with a complaint unless it is simply missing, otherwise."""
        if self.value is None:
            return default
        if not isinstance(self.value, kind) or (kind is int and isinstance(self.value, bool)):
            self.complain(f"must be {what}")
            return default
        return self.value

    def text(self, default: str = "") -> str:
        return str(self.of(str, "text", default))

    def day(self) -> str | None:
        text = self.text()
        if not text:
            return None
        try:
            if date.fromisoformat(text).isoformat() == text:
                return text
        except ValueError:
            pass
        self.complain("must be a day such as 2021-07-01")
        return None

    def words(self) -> Words:
        if self.value is None:
            return dict.fromkeys(words.LANGUAGES, "")
        found = self.fields(" ".join(words.LANGUAGES))
        return {lang: found[lang].text() for lang in words.LANGUAGES}

    def one_of(self, choices: tuple[str, ...] | Mapping[str, Any], default: str) -> str:
        text = self.text(default)
        if text not in choices:
            self.complain(f"{text} is none of {', '.join(choices)}")
            return default
        return text
