"""A small load generator: eight kept connections, one request in flight on each, all in one thread."""

import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

HEAD_END, LENGTH = b"\r\n\r\n", b"content-length:"
PATIENCE_S = 10.0


@dataclass
class Line:
    """A connection and what has come back on it so far."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, requests: Iterator[bytes], status: int, seconds: float, connections: int = 8) -> float:
    """Requests answered per second, over about that many seconds.

    Raises RuntimeError for the first answer with another status, and when there are no requests left.
    """
    ready = selectors.DefaultSelector()
    lines = [Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    try:
        for line in lines:
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(line.socket, selectors.EVENT_READ, line)
        return _rate(ready, lines, requests, b"HTTP/1.1 %d" % status, seconds)
    finally:
        ready.close()
        for line in lines:
            line.socket.close()


def _rate(
    ready: selectors.BaseSelector, lines: list[Line], requests: Iterator[bytes], wanted: bytes, seconds: float
) -> float:
    began, answered = perf_counter(), 0
    for line in lines:
        _send(line, requests)
    while (now := perf_counter()) < began + seconds:
        events = ready.select(PATIENCE_S)
        if not events:
            raise RuntimeError("the server does not answer")
        for key, _ in events:
            if _answered(key.data, wanted):
                answered += 1
                _send(key.data, requests)
    return answered / (now - began)


def _send(line: Line, requests: Iterator[bytes]) -> None:
    following = next(requests, None)
    if following is None:
        raise RuntimeError("there are no requests left")
    line.socket.sendall(following)


def _answered(line: Line, wanted: bytes) -> bool:
    """Whether the answer is complete; then the line is empty again."""
    part = line.socket.recv(262_144)
    if not part:
        raise RuntimeError("the server closed a connection")
    line.received += part
    end = line.received.find(HEAD_END)
    if end < 0:
        return False
    head = bytes(line.received[:end]).lower()
    if len(line.received) < end + len(HEAD_END) + _length(head):
        return False
    if not line.received.startswith(wanted):
        raise RuntimeError(f"the answer was {line.received[:2000].decode(errors='replace')}")
    line.received.clear()
    return True


def _length(head: bytes) -> int:
    begins = head.index(LENGTH) + len(LENGTH)
    return int(head[begins:].split(b"\r\n", 1)[0])
