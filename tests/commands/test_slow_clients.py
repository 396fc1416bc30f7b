"""`flask serve` under clients that send slowly, too much, or nothing: others go on being answered."""

import socket
import time
import urllib.request
from contextlib import ExitStack

import pytest
from commands.shell import Running, Shell

from engagement.listening import HEADERS_WITHIN, MOST_WAITING
from engagement.pages.frame.body_limits import FORM, LONG_FORM

HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def connected(service: Running, says: bytes = b"") -> socket.socket:
    port = int(service.url.rpartition(":")[2])
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(says)
    return made


def answered_in(service: Running) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(f"{service.url}/healthz", timeout=15) as answer:
        assert answer.status == 200
    return time.monotonic() - began


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(2)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


@pytest.fixture
def service(shell: Shell):
    with shell.serving("--no-scheduler", "--no-delivery") as running:
        yield running


def test_half_open_requests_stop_nobody(service: Running) -> None:
    with ExitStack() as stack:
        for number in range(MOST_WAITING + 60):
            says = (b"", b"GET /login HTTP/1.1\r\nHost:", HEAD + b"Content-Length: 500\r\n\r\nname=")[number % 3]
            stack.enter_context(connected(service, says))
            if number % 60 == 0:
                assert answered_in(service) < 3
        assert max(answered_in(service) for _ in range(5)) < 3


def test_a_request_that_is_drip_fed_is_closed_in_time(service: Running) -> None:
    with connected(service, b"GET /login HTTP/1.1\r\n") as drip:
        began = time.monotonic()
        try:
            while time.monotonic() - began < HEADERS_WITHIN + 8:
                drip.sendall(b"X-More: 1\r\n")
                time.sleep(0.5)
        except ConnectionError:
            pass
        assert HEADERS_WITHIN - 1 < time.monotonic() - began < HEADERS_WITHIN + 5
    assert answered_in(service) < 3


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(service: Running) -> None:
    with ExitStack() as stack:
        senders = []
        for path in (b"/login", b"/people/import", b"/concerns/new", b"/nothing"):
            head = HEAD.replace(b"/login", path) + f"Content-Length: {1024**3}\r\n\r\n".encode()
            senders.append(stack.enter_context(connected(service, head)))
        # The service waits a while for what may still be on its way before it closes a connection.
        for sender in senders:
            answer = b""
            while part := sender.recv(65_536):
                answer += part
            assert b" 413 " in answer.split(b"\r\n", 1)[0]
            assert b"This is larger than the service takes." in answer


def test_a_body_without_a_length_is_counted_as_it_comes(service: Running) -> None:
    with connected(service, HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as sender:
        chunk = f"{FORM:x}\r\n".encode() + b"a" * FORM + b"\r\n"
        with pytest.raises(ConnectionError):  # noqa: PT012
            for _ in range(4 * LONG_FORM // FORM):
                sender.sendall(chunk)
                time.sleep(0.02)
            sender.sendall(b"0\r\n\r\n")
            assert b" 413 " in sender.recv(65_536)
            raise ConnectionError
    assert answered_in(service) < 3
