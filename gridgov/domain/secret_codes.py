"""Codes that people read from a wall, say on the phone and type: how they are written, and how they are read again.

The alphabet has none of 0, O, 1, I and L, which are taken for each other. Where codes come from and what they open:
services.qr_codes and services.tracking.
"""

from gridgov.domain.errors import NotFound

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
QR_LENGTH = 12
"""59 bits: nobody finds a wall by trying."""
TRACKING_LENGTH = 10
"""49 bits, which with twenty wrong tries an hour and address nobody walks through (docs/adr/0007)."""

_SEPARATORS = str.maketrans("", "", " -\u3000\t")


class UnknownCode(NotFound):
    """A code that opens nothing: mistyped, guessed, or over. One answer for all, so that nothing is learned of it."""


def spell(number: int, length: int) -> str:
    """`length` characters of the alphabet for a large random `number`; equally likely as long as it is far larger."""
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def read_code(typed: str, length: int) -> str | None:
    """The code that somebody typed, in capitals, without spaces and dashes; None for what cannot be one."""
    code = typed.translate(_SEPARATORS).upper()
    return code if len(code) == length and set(code) <= set(ALPHABET) else None
