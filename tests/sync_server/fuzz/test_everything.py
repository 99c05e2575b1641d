"""Somebody asks the server everything its document says it can be asked, well and badly, as a device and at every desk,
and whatever they ask, the answer is one that the document names: no failure of the server, no hang."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests.auth import AuthBase
from schemathesis import BaseSchema, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from schemas.codec import Value
from sync_server.http.openapi import document
from sync_server.http.ways import WAYS
from sync_server.main import ways
from sync_server.settings import settings as config
from tests.sync_server.fuzz.meaning import AMENDED, Amend, Case, nothing
from tests.sync_server.fuzz.town import DESKS, TIMEOUT, Desk, Town, logged_in, opened

EXAMPLES = int(os.environ.get("RUHU_FUZZ_EXAMPLES", "6"))
"""How often each way is tried by each who may try it, well and badly each."""
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened(config(tmp_path_factory.mktemp("fuzz"), env={})) as town:
        yield town


@pytest.mark.parametrize("way", sorted(WAYS), ids=" ".join)
def test_whatever_is_asked_is_answered_as_the_document_says(town: Town, way: tuple[str, str]) -> None:
    assert tried(town, way, EXAMPLES) & {200, 204}, "nothing that was asked meant anything"


@pytest.mark.postgres
def test_so_it_is_on_postgresql(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    with opened(config(tmp_path, new_postgres(), env={})) as town:
        for way in sorted(WAYS):
            tried(town, way, max(1, EXAMPLES // 6))


def tried(town: Town, way: tuple[str, str], examples: int) -> set[int]:
    """The statuses of the answers when each who may asks well and badly, of which every one is as the document says."""
    method, path = way
    operation = schema()[path][method.upper()]
    statuses: set[int] = set()
    for auth in who(town, way):
        well = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        badly = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        statuses |= asked(town, well, auth, CHECKS, AMENDED.get(way, nothing), examples)
        statuses |= asked(town, badly, auth, [*CHECKS, negative_data_rejection], nothing, examples)
    return statuses


@cache
def schema() -> BaseSchema:
    said = schemathesis.openapi.from_dict(unguarded(document(ways().routes)))
    said.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
    return said


def unguarded(said: Value) -> Value:
    """The document without who is let in: `who` sees to that, and a guess at a signature would only be refused."""
    for operations in said["paths"].values():
        for operation in operations.values():
            operation["security"] = []
    return said


def who(town: Town, way: tuple[str, str]) -> list[AuthBase | None]:
    """Those who may try a way, one stranger among them."""
    match WAYS[way].guard:
        case "device":
            return [town.device, None]
        case "desk" if way[1] == "/review/logout":
            return [Desk(logged_in(town.house, user)) for user in DESKS]
        case "desk":
            return [*(Desk(town.tokens[user]) for user in DESKS), Desk("nobody")]
        case _:
            return [None]


def asked(
    town: Town, cases: st.SearchStrategy[Case], auth: AuthBase | None, checks: list[Any], amend: Amend, examples: int
) -> set[int]:
    """The statuses of the answers to these requests."""
    answers: set[int] = set()

    @given(cases, st.sampled_from([True, True, False]), st.data())
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Case, well: bool, data: st.DataObject) -> None:
        if well:
            amend(town, case, data.draw)
        town.session.auth = auth
        got = case.call_and_validate(base_url=town.url, session=town.session, checks=checks, timeout=TIMEOUT)
        answers.add(got.status_code)

    with suppress(Unsatisfiable):  # some ways cannot be asked badly: nothing is said to them, or anything may be
        ask()
    return answers
