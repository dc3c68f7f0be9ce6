"""The server itself, by hand-made bytes: broken, smuggled and slow requests, while the others are served."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.ledger_db import url_of_the_test_database

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
PATIENCE_S = 5
CRLF = b"\r\n"


@pytest.fixture(scope="module")
def port(django_db_setup) -> Iterator[int]:
    """granian as `make run` and the container start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "lims.wsgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--no-ws", "--log-level", "critical", "--workers", "1", "--blocking-threads", "4"),
    ]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "lims.settings", "SUBLINE_MODE": "test"}
    environment["DATABASE_URL"] = url_of_the_test_database()
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while alive(port) != 200:
        assert time.monotonic() < deadline, "granian did not start"
        time.sleep(0.1)
    yield port
    server.terminate()
    server.wait(10)


def alive(port: int) -> int:
    link = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status
    except OSError:
        return 0
    finally:
        link.close()


def said_to(port: int, sent: bytes) -> bytes:
    """What comes back before the server hangs up or falls silent."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
        link.settimeout(1)
        try:
            link.sendall(sent)
            while found := link.recv(65536):
                answer += found
        except (TimeoutError, ConnectionError):
            pass
    return answer


def request(*lines: bytes, body: bytes = b"") -> bytes:
    return CRLF.join([*lines, b"", b""]) + body


HOST = b"Host: 127.0.0.1"
SMUGGLED = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HOSTILE = {
    "nothing": b"\r\n\r\n",
    "noise": bytes(range(256)) * 4,
    "no version": request(b"GET /healthz"),
    "a version of tomorrow": request(b"GET /healthz HTTP/9.9", HOST),
    "no host": request(b"GET /healthz HTTP/1.1"),
    "two hosts": request(b"GET /sign-in/ HTTP/1.1", HOST, b"Host: evil.example"),
    "an endless line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
    "an endless header": request(b"GET /healthz HTTP/1.1", HOST, b"X: " + b"a" * 2_000_000),
    "ten thousand headers": request(b"GET /healthz HTTP/1.1", HOST, *(b"X-%d: 1" % n for n in range(10_000))),
    "a header without a colon": request(b"GET /healthz HTTP/1.1", HOST, b"broken"),
    "a header that is folded": request(b"GET /healthz HTTP/1.1", HOST, b"X: a", b" b"),
    "NUL in a header": request(b"GET /healthz HTTP/1.1", HOST, b"X: a\x00b"),
    "NUL in the address": request(b"GET /heal\x00thz HTTP/1.1", HOST),
    "two lengths": request(b"POST /look HTTP/1.1", HOST, b"Content-Length: 0", b"Content-Length: 60", body=SMUGGLED),
    "a length below zero": request(b"POST /look HTTP/1.1", HOST, b"Content-Length: -5", body=SMUGGLED),
    "length and chunks": request(
        b"POST /look HTTP/1.1", HOST, b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "strange chunks": request(
        b"POST /look HTTP/1.1", HOST, b"Transfer-Encoding: chunked", body=b"zz\r\nabc\r\n0\r\n\r\n" + SMUGGLED
    ),
    "chunks spelt oddly": request(
        b"POST /look HTTP/1.1", HOST, b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "another site's page": request(b"GET http://evil.example/ HTTP/1.1", HOST),
    "a tunnel": request(b"CONNECT evil.example:443 HTTP/1.1", HOST),
    "a trace": request(b"TRACE /sign-in/ HTTP/1.1", HOST, b"X-Secret: mirrored"),
    "a word of its own": request(b"BREW /sign-in/ HTTP/1.1", HOST),
    "an upgrade": request(b"GET /sign-in/ HTTP/1.1", HOST, b"Connection: Upgrade", b"Upgrade: websocket"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hand_made_bytes_get_a_refusal_or_silence(port: int, name: str):
    answer = said_to(port, HOSTILE[name])
    status = answer.split(b" ", 2)[1:2]
    assert not status or int(status[0]) < 500 or int(status[0]) in (501, 505), answer[:200]
    assert b"X-Secret: mirrored" not in answer
    assert b'"ready"' not in answer, "the smuggled request was answered"
    assert alive(port) == 200


@pytest.mark.parametrize("name", ["a tunnel", "a trace", "a word of its own"])
def test_what_is_no_method_of_ours_is_refused(port: int, name: str):
    assert not said_to(port, HOSTILE[name]).startswith(b"HTTP/1.1 2")


def test_a_hundred_slow_visitors_hold_nobody_up(port: int):
    """Their heads dribble in, and the bodies of forms that nobody may send; the others are answered within a second.

    A visitor with a cookie of ours can hold a thread with a slow body: that is the buffering proxy's job.
    """
    slow = []
    try:
        for n in range(100):
            link = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
            head = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            link.sendall(head if n % 2 else head + b"Content-Length: 1000\r\n\r\na")
            slow.append(link)
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert alive(port) == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[18] < 1
    finally:
        for link in slow:
            link.close()
