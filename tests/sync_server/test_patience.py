"""A connection that says nothing, or too slowly, or too much before it has said what it wants, is ended; others are
served meanwhile, and a slow line that moves is waited for."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from sync_server.http.patience import HEAD_BYTES
from sync_server.main import create_app
from sync_server.settings import settings
from tests.sync_server.web import served

PATIENCE = 0.5
LONG = 10


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    app = create_app(replace(settings(tmp_path / "server", env={}), patience=PATIENCE))
    with served(app) as url:
        yield url


@contextmanager
def line(url: str) -> Iterator[socket.socket]:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=LONG) as connection:
        yield connection


def ended(connection: socket.socket) -> bytes:
    """All that comes until the server closes; fails when it does not."""
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


@pytest.mark.parametrize("begun", [b"", b"POST /sync/push HT", b"POST /sync/push HTTP/1.1\r\nHost: x\r\nA: b"], ids=str)
def test_a_connection_that_falls_silent_before_it_has_asked_is_closed(url: str, begun: bytes) -> None:
    with line(url) as connection:
        connection.sendall(begun)
        assert requests.get(url + "/health", timeout=LONG).ok
        assert ended(connection) == b""


def test_a_head_that_comes_letter_by_letter_is_not_waited_for(url: str) -> None:
    with line(url) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        letters = 0
        while letters < 100 and not_answered_for(connection, PATIENCE / 10):
            connection.sendall(b"a")
            letters += 1
        assert 0 < letters < 100
        assert ended(connection) == b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 4 * HEAD_BYTES,
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * HEAD_BYTES,
        b"GET /health HTTP/1.1\r\nHost: x\r\na: " + b"b" * 4 * HEAD_BYTES,
    ],
    ids=["address", "many headers", "a long header"],
)
def test_a_head_that_has_no_end_is_not_listened_to(url: str, head: bytes) -> None:
    with line(url) as connection:
        try:
            connection.sendall(head)
        except OSError:
            return
        assert b"200 OK" not in ended(connection)


def test_a_body_that_stands_still_is_answered_with_its_problem_and_the_line_closed(url: str) -> None:
    with line(url) as connection:
        connection.sendall(b"POST /enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        said = ended(connection)
        assert said.startswith(b"HTTP/1.1 408")
        assert b'"code": "too_slow"' in said


def test_a_long_body_is_read_to_its_end(url: str) -> None:
    answer = requests.post(url + "/enrol", b"{" + b" " * 20 * HEAD_BYTES + b"}", timeout=LONG)
    assert answer.json()["code"] == "malformed"


def test_what_still_comes_after_the_answer_is_not_listened_to_for_long(url: str) -> None:
    with line(url) as connection:
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n{")
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        connection.sendall(b"x")
        assert ended(connection).count(b"HTTP/1.1") == 0


def test_a_slow_line_that_moves_is_waited_for(url: str) -> None:
    body = b"{" + b" " * 60_000 + b"}"
    with line(url) as connection:
        connection.sendall(f"POST /enrol HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for start in range(0, len(body), 10_000):
            assert not_answered_for(connection, PATIENCE / 4)
            connection.sendall(body[start : start + 10_000])
        assert b'"code": "malformed"' in connection.recv(65536)


def not_answered_for(connection: socket.socket, seconds: float) -> bool:
    """Waits for an answer that is not expected yet."""
    connection.settimeout(seconds)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(LONG)
    return False


def test_a_connection_that_is_kept_serves_one_request_after_the_other(url: str) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(url + "/health", timeout=LONG).ok
            began = time.monotonic()
            with line(url) as other:
                assert ended(other) == b""  # as long as patience lasts, and the first one is still open
            assert time.monotonic() - began >= PATIENCE * 0.9
