"""What answers at the address may be anything: a login page, a proxy, a liar. The tablet tells them apart."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.sync import http
from app.sync.enrol import enrol, key_fingerprint
from app.sync.http import Http
from app.vault.keys import new_device_keys
from schemas import codec, signing, wire
from schemas.clock import Clock
from schemas.problems import Failed
from tests.app.sync.conftest import Centre

PULL = wire.Pull(wire.PROTOCOL, "device-1", "", {}, 0, "", "", 1000)


class Impostor(ThreadingHTTPServer):
    """Gives everyone the same answer and keeps what it was asked."""

    status = 200
    headers: dict[str, str] = {}
    body = b""
    asked: list[tuple[str, dict[str, str], bytes]]


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server: Impostor = self.server  # type: ignore[assignment]  # that is what serves it
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, sent))
            self.send_response(server.status)
            for name, value in {"Content-Length": str(len(server.body)), **server.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = Impostor(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def road(impostor: Impostor) -> Http:
    return Http(f"http://127.0.0.1:{impostor.server_port}", "device-1", lambda p, m: "00", timeouts=(1, 1))


def refusal(ask: Callable[[], object]) -> Failed:
    with pytest.raises(Failed) as caught:
        ask()
    return caught.value


def test_a_wifi_login_page_is_not_the_server(impostor: Impostor) -> None:
    impostor.body = b"<html>Welcome, please log in</html>"
    assert refusal(lambda: road(impostor)(PULL)).code == "odd_answer"


def test_a_redirect_is_not_followed(impostor: Impostor) -> None:
    impostor.status, impostor.headers = 302, {"Location": "http://127.0.0.1:1/"}
    assert refusal(lambda: road(impostor)(PULL)).code == "odd_answer"


def test_a_proxy_that_finds_no_server_is_the_server_being_down(impostor: Impostor) -> None:
    impostor.status, impostor.body = 502, b"<html>Bad gateway</html>"
    assert refusal(lambda: road(impostor)(PULL)).code == "server_down"


def test_a_problem_keeps_its_code_and_figures(impostor: Impostor) -> None:
    impostor.status = 409
    impostor.body = codec.encode({"code": "gap", "figures": {"expected": 7, "code": "x"}})
    failed = refusal(lambda: road(impostor)(PULL))
    assert (failed.code, failed.figures) == ("gap", {"expected": 7})


def test_a_problem_of_a_newer_server_is_named_in_words(impostor: Impostor) -> None:
    impostor.status, impostor.body = 422, b'{"code":"brand_new"}'
    assert "brand_new" in refusal(lambda: road(impostor)(PULL)).say("en")


def test_an_answer_that_unpacks_without_end_is_cut_off(impostor: Impostor) -> None:
    impostor.body = gzip.compress(bytes(http.ANSWER_LIMIT + 1))
    impostor.headers = {"Content-Encoding": "gzip"}
    assert refusal(lambda: road(impostor)(PULL)).code == "odd_answer"


def test_an_answer_that_is_not_what_it_says_is_odd(impostor: Impostor) -> None:
    impostor.body, impostor.headers = b"not gzip", {"Content-Encoding": "gzip"}
    assert refusal(lambda: road(impostor)(PULL)).code == "odd_answer"


def test_an_answer_with_a_fraction_in_it_is_refused(impostor: Impostor) -> None:
    impostor.body = b'{"now":"","pages":[],"library":[],"held":[],"more":0.5}'
    assert refusal(lambda: road(impostor)(PULL)).code == "odd_answer"


def test_nobody_at_the_address_is_the_server_being_down() -> None:
    assert refusal(lambda: Http("http://127.0.0.1:1", "d", lambda p, m: "")(PULL)).code == "server_down"


@pytest.mark.parametrize("address", ["", "example.org", "ftp://example.org", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_said_to_be(address: str) -> None:
    assert refusal(lambda: Http(address, "d", lambda p, m: "")).code == "bad_address"


def test_a_request_says_who_asks_when_and_signs_what_is_sent(impostor: Impostor) -> None:
    keys = new_device_keys(Clock())
    url = f"http://127.0.0.1:{impostor.server_port}"
    sender = Http(url, "device-1", lambda p, m: signing.sign(keys.sign_private, p, m))
    cursors = {f"{i:012d}": wire.Cursor(i, "x" * 32) for i in range(200)}
    long = wire.Pull(wire.PROTOCOL, "device-1", "", cursors, 0, "", "", 1000)
    refusal(lambda: sender(long))
    path, headers, sent = impostor.asked[0]
    assert headers["content-encoding"] == "gzip"
    message = signing.request("POST", path, headers["ruhu-device"], headers["ruhu-at"], sent)
    assert signing.verifies(keys.sign_public_hex, signing.REQUEST, message, headers["ruhu-signature"])
    assert codec.decode(gzip.decompress(sent)) == long.wire()


def test_a_code_lets_one_device_in_once(centre: Centre) -> None:
    code = centre.codes("lin")
    keys, others = new_device_keys(Clock()), new_device_keys(Clock())
    grant = enrol(centre.url, f" {code.lower()} ", keys.sign_public_hex, keys.box_public_hex, "平板")
    assert (grant.user, [a.name for a in grant.areas]) == ("lin", ["上清溪村", "下清溪村"])
    failed = refusal(lambda: enrol(centre.url, code, others.sign_public_hex, others.box_public_hex, "平板"))
    assert failed.code == "unknown_code"


def test_a_wrong_code_is_said_to_be_wrong(centre: Centre) -> None:
    keys = new_device_keys(Clock())
    failed = refusal(lambda: enrol(centre.url, "AAAAA-AAAAA", keys.sign_public_hex, keys.box_public_hex, "平板"))
    assert failed.code == "unknown_code"


def test_another_countys_server_is_known_by_its_key(centre: Centre) -> None:
    keys = new_device_keys(Clock())
    names = keys.sign_public_hex, keys.box_public_hex, "平板"
    right = key_fingerprint(centre.server.db.keyring.of("990101").sign_public)
    assert enrol(centre.url, centre.codes("lin"), *names, fingerprint=right).user == "lin"
    wrong = "0" * 16
    assert refusal(lambda: enrol(centre.url, centre.codes("lin"), *names, fingerprint=wrong)).code == "bad_grant"


def test_a_grant_that_nobody_signed_is_refused(impostor: Impostor) -> None:
    area = wire.Area("990101100200", "上清溪村")
    key = "00" * 32
    grant = wire.Grant("d", "lin", "林", "visitor", "990101", "样例县", (area,), "", "", key, key, "00" * 64)
    impostor.body = codec.encode(grant.wire())
    url = f"http://127.0.0.1:{impostor.server_port}"
    assert refusal(lambda: enrol(url, "CODE", key, key, "平板")).code == "bad_grant"
