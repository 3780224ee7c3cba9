"""Asking the web server whether the city is ready. Only sockets: the process that asks has to stay small."""

import socket
import time
from collections.abc import Callable

PAUSE_SECONDS = 0.2
ANSWER_SECONDS = 5.0
# An address to listen on everywhere is not one to connect to.
REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def wait_until_ready(host: str, port: int, given_up: Callable[[], bool]) -> bool:
    """Whether /readyz has answered with 200 before `given_up` came true; asked five times a second."""
    while not given_up():
        if is_ready(host, port):
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def is_ready(host: str, port: int) -> bool:
    """Whether /readyz answers with 200 now."""
    try:
        with socket.create_connection((REACHED_AT.get(host, host), port), ANSWER_SECONDS) as connection:
            connection.sendall(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(64).split()[1:2] == [b"200"]
    except OSError:
        return False
