"""Sending one message by SMTP. When, to whom and how often is not decided here."""

import smtplib
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0
PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}


@dataclass(frozen=True)
class Mail:
    """A message as text. `message_id` stays the same however often it is sent, so that a second copy is seen as one."""

    message_id: str
    recipient: str
    subject: str
    body: str
    language: str


class MailError(Exception):
    """The message did not go out. Nothing that a server answered to a login is part of the sentence."""


class MailUnavailable(MailError):
    """The server cannot be reached, or takes no mail from us at all now: no message would get through."""


class MailRefused(MailError):
    """The server refused this message for now."""


class MailRefusedForever(MailError):
    """The server will never take this message: trying again would be noise (RFC 5321 §4.2.1, codes 5yz)."""


class Mailer(Protocol):
    """Something that sends a message, or raises MailError."""

    def send(self, mail: Mail) -> None:
        """Send it; when this returns, the server has taken the responsibility."""


@dataclass
class MemoryMailer:
    """Keeps what it is given: for a test or a trial without a mail server."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep it."""
        self.sent.append(mail)


class _Hurried(smtplib.SMTP):
    """An SMTP connection on which no answer is waited for beyond the time that the whole message has."""

    def __init__(self, host: str, port: int, **more: Any) -> None:
        self._deadline = time.monotonic() + TOTAL_SECONDS
        super().__init__(host, port, timeout=STEP_SECONDS, **more)

    def getreply(self) -> tuple[int, bytes]:
        """The server's answer. Raises TimeoutError when it comes too late."""
        if self.sock is not None:
            self.sock.settimeout(max(0.1, min(STEP_SECONDS, self._deadline - time.monotonic())))
        return super().getreply()


class _Encrypted(_Hurried, smtplib.SMTP_SSL):
    """Such a connection, encrypted from the first byte."""


class SmtpMailer:
    """Sends by one SMTP server, a connection for each message: at most 10 s for a step and 30 s in all."""

    def __init__(self, url: str) -> None:
        """`url` is GRIDGOV_SMTP_URL: smtp://, smtps:// or starttls://, user:password@host:port?from=address.

        Raises ValueError with one sentence, which never repeats the password.
        """
        parts = urlsplit(url)
        sender = parse_qs(parts.query).get("from", [""])[0]
        if parts.scheme not in PORTS or not parts.hostname or "@" not in parseaddr(sender)[1]:
            raise ValueError(
                "GRIDGOV_SMTP_URL has to look like smtp://user:password@host:25?from=address@host "
                "(or smtps://, or starttls://)."
            )
        self._scheme, self._host = parts.scheme, parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Send it. Raises MailUnavailable, MailRefused or MailRefusedForever."""
        message = self._message(mail)
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(_said(error)) from None
        try:
            self._hand_over(server, message, mail.recipient)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise MailUnavailable(_said(error)) from None
        finally:
            server.close()

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self._sender, mail.recipient, mail.subject
        except ValueError:
            raise MailRefusedForever("The address or the subject is not fit for a message.") from None
        message["Date"] = formatdate()
        message["Message-ID"] = mail.message_id
        message["Content-Language"] = mail.language
        # No holiday note may answer a machine (RFC 3834 §5).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message

    def _connected(self) -> smtplib.SMTP:
        """The server after greeting, encryption and login."""
        server: smtplib.SMTP
        if self._scheme == "smtps":
            server = _Encrypted(self._host, self._port, context=ssl.create_default_context())
        else:
            server = _Hurried(self._host, self._port)
        try:
            if self._scheme == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self._login is not None:
                server.login(*self._login)
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, recipient: str) -> None:
        try:
            server.send_message(message, parseaddr(self._sender)[1], [recipient])
        except smtplib.SMTPSenderRefused as error:
            # The sender is our own setting: an operator can put it right, so no message is lost for it.
            raise MailUnavailable(_said(error)) from None
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refusal(code, text) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefusedForever(_said(error)) from None


def mailer_for(smtp_url: str | None) -> Mailer | None:
    """The mailer of the setting GRIDGOV_SMTP_URL; None when no mail is to leave the house. Raises ValueError."""
    return SmtpMailer(smtp_url) if smtp_url else None


def _refusal(code: int, text: bytes | str) -> MailError:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    sentence = f"{code} {' '.join(said.split())}"[:200]
    if code == 421:
        return MailUnavailable(sentence)
    return MailRefusedForever(sentence) if code >= 500 else MailRefused(sentence)


def _said(error: Exception) -> str:
    """One line about what went wrong; a login's answer is named by its kind only."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server refused the login ({error.smtp_code})."
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
