"""The HTTP road to the server: one message in, one answer out, every failure a problem of the catalogue.

Requests are signed by the device (`schemas.signing.request`), compressed when that pays, and sent over one kept-alive
connection. Answers are read up to a bound, so that a hostile or broken answer cannot fill a tablet's memory. What is
not the server speaking (a Wi-Fi login page, a proxy's error page) is told apart from what the server says. What the
road carries is timed, so that photos can wait for a better one.
"""

import gzip
import io
import json
import time
from collections.abc import Callable, Mapping
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from app.sync.asks import Answer, Ask, Chunk, Document, Fetch, Missing
from schemas import bundle, codec, signing, wire
from schemas.clock import Clock
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed

TIMEOUTS = (10.0, 45.0)
"""Seconds to connect or to send the next piece, and between two bytes of an answer: a village's slow line is slow, not
dead."""
CARRYING = (10.0, 900.0)
"""The same for a bundle: the server answers when it has taken all that is in it."""
ANSWER_LIMIT = 16 * 1024 * 1024
"""The most an answer may hold after decompression."""
WORTH_COMPRESSING = 400
WORTH_TIMING = 12 * 1024
"""Bytes from which a request tells how quick the line is; below, it tells how far away the server is."""

Sign = Callable[[bytes, bytes], str]
M = TypeVar("M")


class Http:
    """The server at `url` as seen by one enrolled device. `sign(purpose, message)` is the open vault's."""

    def __init__(
        self,
        url: str,
        device: str,
        sign: Sign,
        clock: Clock | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._line = _Line(url, timeouts)
        self._device = device
        self._sign = sign
        self._clock = clock or Clock()

    def __call__(self, ask: Ask) -> Answer:
        """The server's answer; raises Failed with the server's refusal, or `server_down`, or `odd_answer`."""
        match ask:
            case wire.Push():
                return _read(wire.Receipt.from_wire, self._post("/sync/push", ask.wire()))
            case wire.Pull():
                return _read(wire.Pages.from_wire, self._post("/sync/pull", ask.wire()))
            case wire.Witness():
                return _read(wire.Lacking.from_wire, self._post("/sync/witness", ask.wire()))
            case Document(item):
                return self._send("GET", f"/library/{item.hash}")
            case Fetch(sha256):
                return self._send("GET", f"/sync/chunks/{sha256}")
            case Missing(chunks):
                return _read(_hashes, self._post("/sync/chunks/missing", {"chunks": list(chunks)}))
            case Chunk(sha256, data):
                self._send("PUT", f"/sync/chunks/{sha256}", data)
                return None

    @property
    def rate(self) -> float | None:
        """What the line carries, in bytes a second, or None while it has carried too little to tell."""
        return self._line.rate

    def close(self) -> None:
        """Ends the kept-alive connection."""
        self._line.close()

    def _post(self, path: str, message: Value) -> bytes:
        return self._send("POST", path, codec.encode(message))

    def _send(self, method: str, path: str, body: bytes = b"") -> bytes:
        at = self._clock.stamp()
        sent, headers = _compressed(body)
        message = signing.request(method, path, self._device, at, sent)
        headers |= {
            "Ruhu-Device": self._device,
            "Ruhu-At": at,
            "Ruhu-Signature": self._sign(signing.REQUEST, message),
        }
        return self._line.send(method, path, sent, headers)


def enrol(url: str, message: wire.Enrol, timeouts: tuple[float, float] = TIMEOUTS) -> wire.Grant:
    """What the server grants for a one-time code. Raises Failed: `unknown_code`, `server_down`, `odd_answer` …"""
    line = _Line(url, timeouts)
    try:
        return _read(wire.Grant.from_wire, line.send("POST", "/enrol", *_compressed(codec.encode(message.wire()))))
    finally:
        line.close()


def carry(url: str, file: BinaryIO, answer: BinaryIO, timeouts: tuple[float, float] = CARRYING) -> None:
    """Hands somebody's sealed bundle to the server and writes the answer for them. Neither can be read on the way.
    Raises Failed: `server_down`, `odd_answer`, and what the server says of the file."""
    line = _Line(url, timeouts)
    try:
        line.carry("/bundle", file, answer)
    finally:
        line.close()


class _Line:
    """A kept-alive connection to one server."""

    def __init__(self, url: str, timeouts: tuple[float, float]) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Failed("bad_address")
        self._root = url.rstrip("/")
        self._timeouts = timeouts
        self.rate: float | None = None
        self._session = requests.Session()
        self._session.headers = CaseInsensitiveDict({"User-Agent": "Ruhu", "Accept-Encoding": "gzip"})
        # A server on this very machine is never behind the proxy that the environment names.
        self._session.trust_env = parts.hostname not in ("localhost", "127.0.0.1", "::1")

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        began = time.monotonic()
        try:
            with self._session.request(
                method,
                self._root + path,
                # As a file, so that it goes in pieces: the time-out is for each piece, not for all of it.
                data=io.BytesIO(body) if body else None,
                headers=headers,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                data = _bounded(response)
                if response.status_code == 200 and not data and "Content-Length" not in response.headers:
                    raise Failed("server_down")  # the line died among the headers
                self._timed(len(body) + response.raw.tell(), time.monotonic() - began)
        except (requests.exceptions.ContentDecodingError, requests.exceptions.InvalidHeader) as error:
            raise Failed("odd_answer") from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise Failed("server_down") from error
        if response.status_code >= 300:
            raise _refusal(response.status_code, data)
        return data

    def carry(self, path: str, body: BinaryIO, answer: BinaryIO) -> None:
        """Sends a file and writes what comes back, piece by piece. An error of either file is raised as it is."""
        try:
            with self._session.post(
                self._root + path,
                data=body,
                headers={"Accept-Encoding": "identity"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code >= 300:
                    raise _refusal(response.status_code, _bounded(response))
                size = 0
                for piece in response.iter_content(256 * 1024):
                    if (not size and piece[: len(bundle.MAGIC)] != bundle.MAGIC) or size > bundle.LIMIT:
                        raise Failed("odd_answer")
                    size += len(piece)
                    answer.write(piece)
        except (requests.exceptions.ContentDecodingError, requests.exceptions.InvalidHeader) as error:
            raise Failed("odd_answer") from error
        except requests.exceptions.RequestException as error:
            raise Failed("server_down") from error
        if not size:
            raise Failed("odd_answer")

    def _timed(self, size: int, seconds: float) -> None:
        if size >= WORTH_TIMING:
            now = size / max(seconds, 0.001)
            self.rate = now if self.rate is None else (self.rate + now) / 2

    def close(self) -> None:
        self._session.close()


def _bounded(response: requests.Response) -> bytes:
    out = bytearray()
    for piece in response.iter_content(64 * 1024):
        out += piece
        if len(out) > ANSWER_LIMIT:
            raise Failed("odd_answer")
    return bytes(out)


def _compressed(body: bytes) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/json"} if body else {}
    if len(body) < WORTH_COMPRESSING:
        return body, headers
    packed = gzip.compress(body, 6, mtime=0)
    if len(packed) > len(body) * 9 // 10:  # a photo
        return body, headers
    return packed, {**headers, "Content-Encoding": "gzip"}


def _refusal(status: int, data: bytes) -> Failed:
    """The problem in an RFC 9457 answer; for an answer that holds none, whose door it was."""
    try:
        problem = json.loads(data)
        code, figures = problem["code"], problem.get("figures", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        return Failed("server_down" if status >= 500 else "odd_answer")
    if not isinstance(code, str) or not isinstance(figures, dict):
        return Failed("odd_answer")
    return Failed(code, **{str(name): value for name, value in figures.items() if name != "code"})


def _read(from_wire: Callable[[Value], M], data: bytes) -> M:
    try:
        return from_wire(codec.decode(data))
    except NotCanonical as error:
        raise Failed("odd_answer") from error


def _hashes(data: Value) -> frozenset[str]:
    if not isinstance(data, dict) or not isinstance(data.get("missing"), list):
        raise NotCanonical("missing: must be a list")
    return frozenset(str(h) for h in data["missing"])
