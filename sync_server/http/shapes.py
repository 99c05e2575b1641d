"""JSON Schema of the messages, worked out from their definitions, so that no message is described twice.

A message's schema is read off its dataclass: its fields, all required but those that are spared, and no others. Three
shapes differ from their fields, as their own modules say: a change travels as its header with the body or the body's
digest in it, a push leaves out of its changes what their order says, and heads name what deletes saw only when there
are any.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

from schemas import change, codec, merge, wire
from schemas.codec import Value
from schemas.message import Message, Most

TEXT: Value = {"type": "string"}
NUMBER: Value = {"type": "integer", "minimum": -codec.LARGEST, "maximum": codec.LARGEST}
COUNT: Value = {"type": "integer", "minimum": 0, "maximum": codec.LARGEST}
FLAG: Value = {"type": "boolean"}
NOTHING: Value = {"type": "null"}
HASH: Value = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ANYTHING: Value = {"$ref": "#/components/schemas/Value"}


def exactly(**shapes: Value) -> Value:
    """An object of exactly these fields."""
    return {"type": "object", "properties": shapes, "required": sorted(shapes), "additionalProperties": False}


def at_least(**shapes: Value) -> Value:
    """An object of these fields and perhaps others, which a reader passes over."""
    return {"type": "object", "properties": shapes, "required": sorted(shapes)}


def listed(shape: Value) -> Value:
    return {"type": "array", "items": shape}


def named(shape: Value) -> Value:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": shape}


def either(*shapes: Value) -> Value:
    return {"anyOf": list(shapes)}


def ref(name: str) -> Value:
    return {"$ref": f"#/components/schemas/{name}"}


def components(kinds: Iterable[type]) -> dict[str, Value]:
    """The schemas of these messages and of all that they hold, by name."""
    out: dict[str, Value] = {"Value": _VALUE}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind.__name__ not in out:
            hints = _hints(kind)
            out[kind.__name__] = _SHAPES[kind](hints) if kind in _SHAPES else _plain(kind, hints)
            waiting += [held for hint in hints.values() for held in _held(hint)]
    return dict(sorted(out.items()))


_VALUE = {
    "description": "Whatever canonical JSON holds: no fractions, text in NFC.",
    "anyOf": [NOTHING, FLAG, NUMBER, TEXT, listed(ANYTHING), named(ANYTHING)],
}


def _plain(kind: type, hints: Mapping[str, Any]) -> Value:
    shape = exactly(**{f.name: _shape(hints[f.name]) for f in fields(kind)})
    required = [name for name in shape["required"] if name not in getattr(kind, "SPARED", ())]
    return {"description": _said(kind), **shape, "required": required}


def _hints(kind: type) -> dict[str, Any]:
    """The types of a message's fields."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar and hint is not ClassVar}


def _shape(hint: Any) -> Value:
    """The schema of a value of this type."""
    simple = {str: TEXT, int: COUNT, bool: FLAG, NoneType: NOTHING, Any: ANYTHING}
    if hint in simple:
        return simple[hint]
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is Annotated:
            most = [limit.length for limit in arguments[1:] if isinstance(limit, Most)]
            return {**_shape(arguments[0]), "maxLength": min(most)}
        case origin if origin in (Union, UnionType):
            return either(*(_tagged(kind) for kind in arguments))
        case origin if origin is tuple and arguments[1:] != (...,):
            return {"type": "array", "prefixItems": [_shape(a) for a in arguments], "items": False,
                    "minItems": len(arguments)}  # fmt: skip
        case origin if origin in (tuple, frozenset):
            return listed(_shape(arguments[0]))
        case None:
            return ref(hint.__name__)
        case _:
            return named(_shape(arguments[1]))


def _tagged(kind: Any) -> Value:
    """One of several messages that may stand at a place, with the name that tells them apart if they need one."""
    tag = wire.TAGS.get(kind)
    if tag is None:
        return _shape(kind)
    hints = _hints(kind)
    return exactly(**{"is": {"const": tag}}, **{name: _shape(hint) for name, hint in hints.items()})


def _held(hint: Any) -> Iterable[type]:
    if arguments := get_args(hint):
        return [held for argument in arguments for held in _held(argument)]
    is_one = isinstance(hint, type) and (issubclass(hint, Message) or hint in _SHAPES)
    return [hint] if is_one and hint not in wire.TAGS else []


def _said(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split()) if "(" not in (kind.__doc__ or "")[: len(kind.__name__) + 1] else ""


def _change(hints: Mapping[str, Any], without: frozenset[str] = frozenset()) -> Value:
    told = {name: _shape(hints[name]) for name in change.HEADER if name in hints and name not in without}
    if "n" in told:
        told["n"] = {**COUNT, "minimum": 1}
    body = exactly(**{name: _shape(hints[name]) for name in change.BODY})
    erased = {**HASH, "description": "The digest of a body that was destroyed."}
    return {
        "description": _said(change.Change),
        **exactly(v={"const": change.VERSION}, body=either(body, erased), **told),
    }


def _push(hints: Mapping[str, Any]) -> Value:
    bare = _change(_hints(change.Change), wire.IMPLIED)
    told = {name: _shape(hint) for name, hint in hints.items()}
    return {
        "description": _said(wire.Push),
        **exactly(**{**told, "first": _shape(int), "prev": TEXT, "changes": listed(bare)}),
    }


def _heads(hints: Mapping[str, Any]) -> Value:
    whole = exactly(**{name: _shape(hint) for name, hint in hints.items()})
    return {"description": _said(merge.Heads), **whole, "required": ["early", "live"]}


_SHAPES = {change.Change: _change, wire.Push: _push, merge.Heads: _heads}
