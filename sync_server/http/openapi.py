"""What the server can be asked, as an OpenAPI document, complete enough for a program that tries everything.

The parameters are those of the handlers, the messages those of `schemas.wire`, the problems those of the catalogue;
the table of `ways` says the rest. For a route that it does not name the document refuses to be made.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from schemas import codec, problems
from schemas.codec import Value
from sync_server.http.desk_shapes import ANSWERED, ASKED
from sync_server.http.errors import MEDIA_TYPE
from sync_server.http.message import packed
from sync_server.http.shapes import ANYTHING, NUMBER, TEXT, components, exactly, named, ref
from sync_server.http.ways import ANY, GUARDED, WAYS, Way

routes = APIRouter()

ABOUT = """Bodies are canonical JSON: UTF-8 in NFC, no fractions, integers within ±2^53, no name twice in an object,
nested at most 64 deep. A body may be sent with `Content-Encoding: gzip`; before and after unpacking it holds at most
4 MiB (a piece of a photo 257 KiB). Answers that are long enough are packed for whoever accepts gzip. Every failure is a
problem (RFC 9457) with a `code` of the catalogue and `figures`, in Chinese or, for whoever accepts `en` first, in
English."""


_SECURITY: Mapping[str, list[Value]] = {
    "": [],
    "device": [{"Ruhu-Device": [], "Ruhu-At": [], "Ruhu-Signature": []}],
    "desk": [{"Bearer": []}],
}


@routes.get("/openapi.json")
def openapi(request: Request) -> Response:
    said = request.app.state
    if not hasattr(said, "openapi"):
        said.openapi = codec.encode(document(request.app.routes))
    return packed(request, said.openapi, "application/json")


def document(served: Sequence[BaseRoute]) -> dict[str, Value]:
    """The document of these routes; raises KeyError for one that `WAYS` does not name."""
    found = get_openapi(title="Ruhu", version=version("ruhu"), routes=served)["paths"]
    paths: dict[str, Value] = {}
    for path, asked in found.items():
        for method, operation in asked.items():
            paths.setdefault(path, {})[method] = _operation(WAYS[method, path], operation)
    messages = {m for way in WAYS.values() for m in (way.takes, way.gives) if isinstance(m, type) and m is not bytes}
    shapes = {**components(messages), **ASKED, **ANSWERED, "Problem": _PROBLEM}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ruhu", "version": version("ruhu"), "description": ABOUT},
        "paths": paths,
        "components": {"schemas": shapes, "securitySchemes": _SCHEMES},
    }


def _operation(way: Way, handler: Mapping[str, Value]) -> Value:
    told: dict[str, Value] = {
        "operationId": handler["operationId"],
        "summary": way.says,
        "security": _SECURITY[way.guard],
        "responses": {**_good(way.gives), **dict(_bad(way, handler.get("parameters", ())))},
    }
    if "parameters" in handler:
        told["parameters"] = [{**each, "schema": _unlabelled(each["schema"])} for each in handler["parameters"]]
    if way.takes is not None:
        told["requestBody"] = {"required": True, "content": _content(way.takes)}
    return told


def _good(gives: type | str | None) -> dict[str, Value]:
    if gives is None:
        return {"204": {"description": "Done."}}
    return {"200": {"description": "The answer.", "content": _content(gives)}}


def _content(shape: type | str) -> Value:
    if shape is bytes:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": ref(shape if isinstance(shape, str) else shape.__name__)}}


def _bad(way: Way, parameters: Sequence[Value]) -> Iterator[tuple[str, Value]]:
    """The problems a way may answer with, by status."""
    named_in_path = ["not_found"] if any(each["in"] == "path" for each in parameters) else []
    codes = {*ANY, *GUARDED[way.guard], *way.problems, *named_in_path}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(problems.catalogue()[code].status, []).append(code)
    for status, those in sorted(by_status.items()):
        told = {"allOf": [ref("Problem"), {"properties": {"code": {"enum": those}}}]}
        yield str(status), {"description": ", ".join(those), "content": {MEDIA_TYPE: {"schema": told}}}


def _unlabelled(schema: Mapping[str, Value]) -> Value:
    return {k: v for k, v in schema.items() if k != "title"}


_PROBLEM = exactly(
    type=TEXT,
    title=TEXT,
    status=NUMBER,
    detail=TEXT,
    fault={"enum": sorted({p.fault for p in problems.catalogue().values()})},
    code={"enum": list(problems.catalogue())},
    figures=named(ANYTHING),
)
_SCHEMES: Mapping[str, Value] = {
    "Ruhu-Device": {"type": "apiKey", "in": "header", "name": "Ruhu-Device", "description": "The device's id."},
    "Ruhu-At": {
        "type": "apiKey", "in": "header", "name": "Ruhu-At",
        "description": "The device's clock; any time is as good as another.",
    },
    "Ruhu-Signature": {
        "type": "apiKey", "in": "header", "name": "Ruhu-Signature",
        "description": "Ed25519 by the device's key, in hex, over `ruhu request v1` and a line end, followed by the "
        "canonical JSON of [method, path as sent, device, at, SHA-256 of the body as sent].",
    },
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The token of /review/login."},
}  # fmt: skip
