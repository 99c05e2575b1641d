"""Answers of the review API from JSON, by the types they are written in.

A field that a newer server adds is passed over; one that is missing or of a wrong type means that client and server do
not speak the same version, and is said so.
"""

import types
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from schemas.codec import Value
from schemas.problems import Failed

T = TypeVar("T")


def read(kind: type[T], data: Value) -> T:
    """A value of the dataclass `kind` from JSON; raises Failed("protocol_unknown") when it does not fit."""
    try:
        built: T = _build(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        raise Failed("protocol_unknown") from error
    return built


def _build(kind: Any, data: Value) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{f.name: _build(hints[f.name], data[f.name]) for f in fields(kind)})
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_build(get_args(kind)[0], item) for item in data)
    if origin is types.UnionType:
        return None if data is None else _build(get_args(kind)[0], data)
    if origin is not None:
        return {str(k): _build(get_args(kind)[1], v) for k, v in data.items()}
    if kind in (str, int, bool) and type(data) is not kind:
        raise TypeError(kind.__name__)
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
