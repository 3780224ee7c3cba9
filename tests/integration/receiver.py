"""A real web server on a free port of this machine that keeps what it gets and answers what a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived, in order, and the answers to give: the first ones once each, the last one for ever."""

    port: int = 0
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=lambda: [(200, b"{}", {})])
    requests: list[Request] = field(default_factory=list)
    hangs: threading.Event | None = None
    watch: Callable[[], None] = lambda: None
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def host(self) -> str:
        """For GRIDGOV_EGRESS_ALLOW."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{self.host}"

    def answer(self, *statuses: int, body: bytes = b"{}", **headers: str) -> None:
        """Answer these, one after the other, the last for ever."""
        self.answers = [(status, body, headers) for status in statuses]

    def arrived(self, count: int, seconds: float = 15) -> bool:
        """Whether so many requests arrive in time."""
        with self.news:
            return self.news.wait_for(lambda: len(self.requests) >= count, seconds)

    def take(self, request: Request) -> tuple[int, bytes, dict[str, str]]:
        """Keep it; the answer that is its turn."""
        self.watch()
        with self.news:
            self.requests.append(request)
            self.news.notify_all()
        if self.hangs is not None:
            self.hangs.wait(30)
        return self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)


@contextmanager
def web_server() -> Iterator[Receiver]:
    """A server that runs while the block does."""
    box = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, body, headers = box.take(Request(self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        if box.hangs is not None:
            box.hangs.set()
        server.shutdown()
        server.server_close()
        thread.join()
