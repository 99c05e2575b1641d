"""From a folder of YAML to a checked Pack; the only place that reads YAML.

A pack's folder holds `pack.yaml`, `parameters.yaml` (or several in `parameters/`), `members.yaml`, one
`programmes/NAME.yaml` for each programme, and when there are any `procedure.yaml` and `papers.yaml`. Cases lie in
`cases/` (see `cases`). A policy officer writes yuan and percentages as they are read; here they become fen and exact
decimals. Every complaint names the file and the place in it.

In these files only true, false, null and whole numbers are more than text: a code such as 01 or `no` stays what was
written, and a number with a fraction never becomes a float.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from schemas.codec import Value
from schemas.policy.model import Pack
from schemas.policy.place import PackRefused

FILES = ("pack.yaml", "parameters.yaml", "members.yaml", "procedure.yaml", "papers.yaml")
LISTS = ("members.yaml", "procedure.yaml", "papers.yaml")


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


def load_pack(folder: Traversable | str) -> Pack:
    """The pack in a folder; raises PackFilesRefused with every complaint, each with its file."""
    place = Path(folder) if isinstance(folder, str) else folder
    complaints: list[tuple[str, str]] = []
    content: dict[str, Value] = {"v": 1}
    homes: dict[str, str] = {}
    for file, path in _files(place):
        value = _read(path, file, complaints)
        _take(content, homes, file, value, complaints)
    if "parameters" in content:
        _to_fen(content["parameters"], homes, complaints)
    try:
        pack = Pack.from_wire(content)
    except PackRefused as refused:
        raise PackFilesRefused((*complaints, *(_home(homes, c) for c in refused.complaints))) from refused
    if complaints:
        raise PackFilesRefused(tuple(complaints))
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


def _take(
    content: dict[str, Value], homes: dict[str, str], file: str, value: Value, complaints: list[tuple[str, str]]
) -> None:
    """Puts a file's value where it belongs in the pack, and remembers which file each place came from."""
    if value is None:
        return
    stem = file.removesuffix(".yaml")
    if file in LISTS:
        content[stem], homes[stem] = value, file
        return
    if not isinstance(value, dict):
        complaints.append((file, "must be a group of names"))
        return
    if file == "pack.yaml":
        content.update(value)
        homes.update(dict.fromkeys(value, file))
        homes[""] = file
    elif stem.startswith("programmes/"):
        name = stem.removeprefix("programmes/")
        content.setdefault("programmes", {})[name] = value
        homes[f"programmes.{name}"] = file
    else:
        section = stem.partition("/")[0]
        homes.setdefault(section, file)
        for name, item in value.items():
            if name in content.setdefault(section, {}):
                complaints.append((f"{file}: {name}", "stands in another file too"))
            content[section][name] = item
            homes[f"{section}.{name}"] = file


def _to_fen(parameters: Value, homes: dict[str, str], complaints: list[tuple[str, str]]) -> None:
    """Turns yuan into fen in every value of a money parameter."""
    for name, parameter in parameters.items():
        if not isinstance(parameter, dict) or parameter.get("kind") != "money":
            continue
        entries = parameter.get("values")
        for i, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and isinstance(entry.get("value"), int | str):
                try:
                    entry["value"] = fen(entry["value"])
                except ValueError as error:
                    complaints.append(_home(homes, (f"parameters.{name}.values[{i}].value", str(error))))
                    entry["value"] = 0


def fen(yuan: int | str) -> int:
    """Yuan as they are written (917, "917.50") in fen; raises ValueError when they are not yuan and fen."""
    try:
        exact = Decimal(yuan) * 100
    except InvalidOperation as error:
        raise ValueError("must be yuan, such as 917 or 917.50") from error
    if exact != exact.to_integral_value() or exact < 0:
        raise ValueError("must be yuan and fen, not less")
    return int(exact)


def _home(homes: dict[str, str], complaint: tuple[str, str]) -> tuple[str, str]:
    """The complaint with its place said by file: the longest known beginning of the place decides which."""
    place, what = complaint
    parts = re.split(r"\.", place)
    for n in range(len(parts), -1, -1):
        known = ".".join(parts[:n])
        if known in homes:
            section = known.startswith("programmes.")
            inside = ".".join(parts[n:]) if section else place.partition(".")[2] if n > 1 else place
            return f"{homes[known]}: {inside}" if inside else homes[known], what
    return f"pack.yaml: {place}", what
