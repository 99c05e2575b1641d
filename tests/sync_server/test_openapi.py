"""The document says what the server can be asked: every route, every message as it really is, every problem by its
code."""

import dataclasses
import json
from collections.abc import Iterator

import jsonschema_rs
import pytest
from fastapi.openapi.utils import get_openapi

from app.review import answers, disputes, registrations
from schemas import problems
from schemas.codec import NotCanonical, Value
from sync_server import cli
from sync_server.http.desk_shapes import ANSWERED
from sync_server.http.openapi import document
from sync_server.http.ways import WAYS
from sync_server.main import ways
from tests.schemas.messages import GOLDEN, READ, Golden, spoilt

DOCUMENT = document(ways().routes)

golden = pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.why)


def fits(name: str, value: Value) -> bool:
    """Whether the document's schema of this name takes a value."""
    return validator(name).is_valid(value)


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


def operations() -> Iterator[tuple[str, str, Value]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    served = get_openapi(title="", version="", routes=ways().routes)["paths"]
    assert {(m, p) for m, p, _ in operations()} == {(m, p) for p, methods in served.items() for m in methods}
    assert {(m, p) for m, p, _ in operations()} == set(WAYS)


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    named = {text.partition('"')[0] for text in json.dumps(DOCUMENT).split("#/components/schemas/")[1:]}
    assert named == set(DOCUMENT["components"]["schemas"])
    for shape in DOCUMENT["components"]["schemas"].values():
        assert jsonschema_rs.Draft202012Validator({**shape, "components": DOCUMENT["components"]})


@golden
def test_a_message_as_it_travels_fits_its_schema(golden: Golden) -> None:
    assert fits(type(golden.message).__name__, golden.message.wire())


@golden
def test_what_a_reader_refuses_its_schema_refuses_too(golden: Golden) -> None:
    name, told = type(golden.message).__name__, validator(type(golden.message).__name__)
    for what, data in spoilt(golden):
        assert not told.is_valid(data), what
        with pytest.raises(NotCanonical):
            READ[type(golden.message)](data)
    assert name in DOCUMENT["components"]["schemas"]


def test_the_lengths_that_a_reader_allows_are_in_the_document() -> None:
    for golden in GOLDEN:
        shape = DOCUMENT["components"]["schemas"][type(golden.message).__name__]["properties"]
        for name in (n for n, s in shape.items() if "maxLength" in s):
            data = {**golden.message.wire(), name: "x" * (shape[name]["maxLength"] + 1)}
            assert not fits(type(golden.message).__name__, data)
            with pytest.raises(NotCanonical, match="longer"):
                READ[type(golden.message)](data)


def test_every_way_names_its_problems_and_who_is_let_in() -> None:
    for method, path, operation in operations():
        way = WAYS[method, path]
        assert bool(operation["security"]) == bool(way.guard)
        told = [r for status, r in operation["responses"].items() if int(status) >= 400]
        codes = {c for r in told for c in r["description"].split(", ")}
        assert {*way.problems, "malformed", "internal"} <= codes <= set(problems.catalogue())
        assert all(set(r["content"]) == {"application/problem+json"} for r in told)


def test_the_desks_client_reads_what_the_document_says_it_is_answered() -> None:
    client = {name: kind for room in (answers, disputes, registrations) for name, kind in vars(room).items()}
    called = {"Session": "Login", "Visit": "VisitPage", "Audit": "AuditPage", "Registration": "RegistrationFile"}
    read = {name: client[called.get(name, name)] for name in ANSWERED if called.get(name, name) in client}
    assert len(read) > 20
    for name, kind in read.items():
        assert {f.name for f in dataclasses.fields(kind)} <= set(ANSWERED[name]["properties"]), name


def test_the_document_can_be_printed_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--openapi"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(DOCUMENT))
