"""A real SMTP server on a free port of this machine that keeps what it takes and answers what a test wants."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Postbox:
    """What arrived, in order, and the answer to give at the end of the next messages."""

    port: int = 0
    answer: str = "250 OK"
    tried: int = 0
    messages: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For GRIDGOV_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}?from=gridgov@city.example"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd at the end of a message."""
        self.tried += 1
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.original_content, policy=policy.default))
        return self.answer


@contextmanager
def mail_server() -> Iterator[Postbox]:
    """A server that runs while the block does."""
    box = Postbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
