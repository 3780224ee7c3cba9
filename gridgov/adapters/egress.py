"""The only door by which gridgov calls an address that somebody typed in: checked once, and that address is called.

A name is resolved once; every address behind it has to be public, and the connection goes to the checked one, with
the name kept for TLS and Host (OWASP SSRF sheet, case 2). No redirect is followed, no proxy is asked, 10 s and 64 KiB
are the most that an answer may take. `GRIDGOV_EGRESS_ALLOW` (host:port) excepts what an operator trusts.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

TOTAL_SECONDS = 10.0
MOST_BYTES = 64 * 1024
HTTPS = 443
PORTS = {"http": 80, "https": HTTPS}
# An IPv4 address hides in these, and a gateway would take us to it.
TRANSLATED = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class EgressError(Exception):
    """Nothing came back. The sentence holds no path and no query: they may be secrets."""


class EgressRefused(EgressError):
    """Nothing was sent, because that address may not be called from here."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and at most 64 KiB of the body."""

    status: int
    body: bytes


def check_url(url: str, allow: tuple[str, ...]) -> None:
    """Nothing when the URL may be kept as an address to call; no name is resolved here.

    Raises EgressRefused when it is no https URL of a named host on port 443 (hosts in `allow` excepted), carries a
    login or a fragment, or names an address that is not public.
    """
    parts, port = _parsed(url)
    if _allowed(parts.hostname or "", port, allow):
        return
    if parts.scheme != "https" or port != HTTPS:
        raise EgressRefused("Only https on port 443 may be called.")
    literal = _literal(parts.hostname or "")
    if literal is not None and not _public(literal):
        raise EgressRefused("That address is not public.")


def checked_address(host: str, port: int, allow: tuple[str, ...]) -> str:
    """The IP address to connect to for host:port, resolved now.

    Raises EgressRefused when any address behind the name is not public and host:port is not in `allow`, EgressError
    when the name is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EgressError(f"The name is not known ({type(error).__name__}).") from None
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    refused = [each for each in addresses if not _public(ipaddress.ip_address(each))]
    if refused and not _allowed(host, port, allow):
        raise EgressRefused("The name leads to an address that is not public.")
    return addresses[0]


def post(
    url: str, body: bytes, headers: Mapping[str, str], allow: tuple[str, ...], seconds: float = TOTAL_SECONDS
) -> Answer:
    """POST `body`; the answer whatever its status, a redirect too. Raises EgressRefused or EgressError.

    `seconds` is for everything after the name is known.
    """
    check_url(url, allow)
    parts, port = _parsed(url)
    address = checked_address(parts.hostname or "", port, allow)
    connection = _Pinned(parts, port, address, seconds)
    # One slow byte after the other never runs into the timeout of a socket: the alarm ends it all.
    alarm = threading.Timer(seconds, connection.hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", path, body, {"Host": _host_header(parts), "User-Agent": "gridgov", **headers})
        answer = _answer(connection.getresponse())
        if connection.late:
            # What was cut off looks like an answer that ended.
            raise TimeoutError("the time is over")
        return answer
    except (OSError, HTTPException, ValueError) as error:
        raise EgressError(f"No answer ({type(error).__name__}).") from None
    finally:
        alarm.cancel()
        connection.close()


class _Pinned(HTTPConnection):
    """A connection to the checked address that speaks to the name; for https the name's certificate counts."""

    def __init__(self, parts: SplitResult, port: int, address: str, seconds: float) -> None:
        super().__init__(parts.hostname or "", port, timeout=seconds)
        self._address, self._encrypted = address, parts.scheme == "https"
        self.late = False

    def connect(self) -> None:
        """Connect; raises OSError, also when the time was over meanwhile."""
        plain = socket.create_connection((self._address, self.port), timeout=self.timeout)
        self.sock = plain
        if self._encrypted:
            context = ssl.create_default_context()
            wrapped = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = wrapped
            wrapped.do_handshake()
        if self.late:
            raise TimeoutError("the time is over")

    def hang_up(self) -> None:
        """End whatever waits on the socket now, from another thread."""
        self.late = True
        if (sock := self.sock) is not None:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return


def _answer(response: HTTPResponse) -> Answer:
    return Answer(response.status, response.read(MOST_BYTES))


def _parsed(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise EgressRefused("This is no address of a web service.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise EgressRefused("This is no address of a web service.")
    if parts.username is not None or parts.password is not None or parts.fragment or not url.isascii():
        raise EgressRefused("An address with a login, a fragment or other letters is not called.")
    if any(letter <= " " for letter in url):
        raise EgressRefused("An address with spaces or control characters is not called.")
    return parts, port


def _host_header(parts: SplitResult) -> str:
    return parts.netloc


def _allowed(host: str, port: int, allow: tuple[str, ...]) -> bool:
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return named in allow


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _public(address.ipv4_mapped)
        if any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
