"""The one door outwards on real sockets: time and size have an end, the name is kept."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gridgov.adapters.egress import MOST_BYTES, EgressError, post
from tests.integration.receiver import Receiver, web_server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with web_server() as box:
        yield box


@contextmanager
def dripping() -> Iterator[int]:
    """A server that answers a byte at a time and never ends; its port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join()


def test_an_answer_in_drips_ends_with_the_time_that_a_call_has() -> None:
    with dripping() as port:
        begun = time.monotonic()
        with pytest.raises(EgressError):
            post(f"http://127.0.0.1:{port}/x", b"{}", {}, (f"127.0.0.1:{port}",), seconds=0.4)
        assert time.monotonic() - begun < 3


def test_who_never_answers_costs_no_more_than_that_time(receiver: Receiver) -> None:
    receiver.hangs = threading.Event()
    with pytest.raises(EgressError, match="No answer"):
        post(receiver.url, b"{}", {}, (receiver.host,), seconds=0.4)


def test_no_more_than_64_kib_of_an_answer_are_read(receiver: Receiver) -> None:
    receiver.answer(200, body=b"x" * (4 * MOST_BYTES))
    assert len(post(receiver.url, b"{}", {}, (receiver.host,)).body) == MOST_BYTES


def test_the_name_stays_in_the_host_header(receiver: Receiver) -> None:
    post(f"http://localhost:{receiver.port}/a?b=c", b"{}", {}, (f"localhost:{receiver.port}",))
    assert receiver.requests[0].headers["Host"] == f"localhost:{receiver.port}"
    assert receiver.requests[0].path == "/a?b=c"


def test_who_speaks_no_http_is_an_error_without_the_path_in_its_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0 hello\r\n\r\n")

        thread = threading.Thread(target=babble, daemon=True)
        thread.start()
        with pytest.raises(EgressError) as error:
            post(f"http://127.0.0.1:{port}/secret-path", b"{}", {}, (f"127.0.0.1:{port}",))
        thread.join()
    assert "secret" not in str(error.value)
