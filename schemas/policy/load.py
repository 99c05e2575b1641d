"""From a folder of YAML to a checked Pack; the only place that reads YAML.

A pack's folder holds `pack.yaml`, `parameters.yaml` (or several in `parameters/`), `members.yaml`, one
`programmes/NAME.yaml` for each programme. Cases lie in `cases/` (see `cases`). A policy officer writes yuan as they
are read; here they become fen. Every complaint names the file and the place in it, an item of a list by its name or
else its number from 1.

In these files only true, false, null and whole numbers are more than text: a code such as 01 or `no` stays what was
written, and a number with a fraction never becomes a float.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from schemas.codec import Value
from schemas.policy.model import Pack
from schemas.policy.place import PackRefused

FILES = ("pack.yaml", "parameters.yaml", "members.yaml")


class PackFilesRefused(PackRefused):
    """A pack's folder cannot be used; each complaint's place begins with the file."""


class _Loader(yaml.SafeLoader):
    """YAML in which only true, false, null and whole numbers are not text, and a key stands once (but where it is
    merged in with `<<`)."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.value != "<<":
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<$"), ["<"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), list("-0123456789"))


@dataclass
class _Folder:
    """What has been read of a folder: the pack's content, and which file each beginning of a place came from, with
    how much of the place the file's name stands for."""

    content: dict[str, Value] = field(default_factory=lambda: {"v": 1})
    homes: dict[str, tuple[str, int]] = field(default_factory=dict)
    complaints: list[tuple[str, str]] = field(default_factory=list)

    def take(self, file: str, value: Value) -> None:
        """Puts a file's value where it belongs in the pack."""
        stem = file.removesuffix(".yaml")
        section, _, name = stem.partition("/")
        if file == "members.yaml":
            self.content[stem], self.homes[stem] = value, (file, len(stem))
        elif not isinstance(value, dict):
            self.complaints.append((file, "must be a group of names"))
        elif file == "pack.yaml":
            self.content.update(value)
            self.homes.update((key, (file, 0)) for key in value)
        elif section == "programmes":
            self.content.setdefault(section, {})[name] = value
            self.homes[f"{section}.{name}"] = file, len(f"{section}.{name}.")
        else:
            self.homes.setdefault(section, (file, len(f"{section}.")))
            for key, item in value.items():
                if key in self.content.setdefault(section, {}):
                    self.complaints.append((f"{file}: {key}", "stands in another file too"))
                self.content[section][key] = item
                self.homes[f"{section}.{key}"] = file, len(f"{section}.")

    def home(self, place: str) -> str:
        """A place in the pack as a place in a file; the longest known beginning decides which."""
        known = [h for h in self.homes if place == h or place.startswith((f"{h}.", f"{h}["))]
        file, dropped = self.homes[max(known, key=len)] if known else ("pack.yaml", 0)
        inside = place[dropped:].lstrip(".")
        return f"{file}: {inside}" if inside else file


def load_pack(folder: Traversable | str) -> Pack:
    """The pack in a folder; raises PackFilesRefused with every complaint, each with its file."""
    found = _Folder()
    for file, path in _files(Path(folder) if isinstance(folder, str) else folder):
        value = _read(path, file, found.complaints)
        if value is not None:
            found.take(file, value)
    _to_fen(found)
    try:
        pack = Pack.from_wire(found.content)
    except PackRefused as refused:
        said = ((found.home(place), what) for place, what in refused.complaints)
        raise PackFilesRefused((*found.complaints, *said)) from refused
    if found.complaints:
        raise PackFilesRefused(tuple(found.complaints))
    return pack


def read_yaml(path: Traversable, file: str) -> Value:
    """The value of one YAML file; raises PackFilesRefused with the line."""
    complaints: list[tuple[str, str]] = []
    value = _read(path, file, complaints)
    if complaints:
        raise PackFilesRefused(tuple(complaints))
    return value


def _files(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for name in FILES:
        path = folder.joinpath(name)
        if path.is_file():
            yield name, path
    for sub in ("parameters", "programmes"):
        inside = folder.joinpath(sub)
        if inside.is_dir():
            for path in sorted(inside.iterdir(), key=lambda p: p.name):
                if path.name.endswith(".yaml"):
                    yield f"{sub}/{path.name}", path


def _read(path: Traversable, file: str, complaints: list[tuple[str, str]]) -> Value:
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506  # a SafeLoader with fewer types
    except UnicodeDecodeError:
        complaints.append((file, "is not UTF-8 text"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        complaints.append((f"{file} line {line}", str(error.problem or "is not YAML")))
    except yaml.YAMLError:
        complaints.append((file, "is not YAML"))
    return None


def _to_fen(found: _Folder) -> None:
    """Turns yuan into fen in every value of a money parameter."""
    for name, parameter in found.content.get("parameters", {}).items():
        if not isinstance(parameter, dict) or parameter.get("kind") != "money":
            continue
        entries = parameter.get("values")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
            if isinstance(entry, dict) and isinstance(entry.get("value"), int | str):
                try:
                    entry["value"] = fen(entry["value"])
                except ValueError as error:
                    found.complaints.append((found.home(f"parameters.{name}.values[{number}].value"), str(error)))
                    entry["value"] = 0


def fen(yuan: int | str) -> int:
    """Yuan as they are written (917, "917.50") in fen; raises ValueError when they are not yuan and fen."""
    match = re.fullmatch(r"(-?)(\d{1,11})(?:\.(\d+))?", str(yuan))
    if match is None:
        raise ValueError("must be yuan, such as 917 or 917.50")
    sign, whole, cents = match.groups()
    if sign or len(cents or "") > 2:
        raise ValueError("must be yuan and fen, not less")
    return int(whole) * 100 + int((cents or "").ljust(2, "0"))
