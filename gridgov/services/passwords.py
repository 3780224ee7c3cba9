"""Passwords: which are allowed, how they are kept and compared. Who may try how often belongs to the login.

Argon2id with 46 MiB, one pass and one lane (OWASP's first choice; ASVS 5 §11.4.2).
"""

import unicodedata
from base64 import b64encode
from secrets import token_bytes
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from gridgov.domain.errors import Invalid, Text

SHORTEST, LONGEST = 8, 128
FEWEST_DIFFERENT = 4

_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
# Each hash takes 46 MiB while it runs: a crowd that logs in at once waits instead of eating the machine's memory.
_TURNS = BoundedSemaphore(4)

# The most used passwords of public leak statistics that are long enough to be asked about; compared in lower case.
_COMMON = frozenset(
    """
    12345678 123456789 1234567890 87654321 987654321 0123456789 11223344 112233445566 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
    1qaz@wsx 1qazxsw2 123qwe123 123456789a a123456789 aa123456 aa123456789 abc12345 abc123456 abcd1234 abcdefgh
    admin123 admin1234 admin123456 administrator asdfasdf asdfghjk asdfghjkl baseball basketball changeme charlie1
    computer dearbook football football1 gridgov123 iloveyou iloveyou1 internet jennifer letmein1 liverpool login123
    michelle mustang1 p@ssw0rd p@ssword pa$$w0rd passw0rd passw0rd1 password password! password1 password12
    password123 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc qq123456 qwer1234 qwerasdf qwerty12
    qwerty123 qwertyui qwertyuiop root1234 secret123 starwars sunshine superman test1234 trustno1 welcome1 welcome123
    woaini520 woaini521 woaini1314 5201314520 wojiushiwo whatever x1234567 xuanwei123 zaq12wsx zxcvbnm1 zxcvbnm123
    """.split()  # noqa: SIM905 a list of strings would be ninety lines
)


def check_password(password: str, username: str) -> None:
    """Nothing when the password may be chosen. Raises Invalid that says what is wrong (reliability.md §4, 6.2.x).

    Length counts and guessing does; no mixture of characters is asked for.
    """
    reason = _objection(unicodedata.normalize("NFKC", password), username)
    if reason is not None:
        raise Invalid({"password": [reason]})


def hash_password(password: str) -> str:
    """The password as it is kept: a salted Argon2id hash that names its own parameters."""
    with _TURNS:
        return _HASHER.hash(unicodedata.normalize("NFKC", password))


def verify_password(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that `kept` was made from.

    Give None for somebody who is unknown or has no password: the answer is False and takes just as long.
    """
    with _TURNS:
        try:
            return _HASHER.verify(kept or _NOBODY, unicodedata.normalize("NFKC", password))
        except VerifyMismatchError:
            return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's: the next right login should make it anew."""
    return _HASHER.check_needs_rehash(kept)


def _objection(password: str, username: str) -> Text | None:
    if not SHORTEST <= len(password) <= LONGEST:
        return Text(
            f"A password has {SHORTEST} to {LONGEST} characters.", f"密码长度为 {SHORTEST} 至 {LONGEST} 个字符。"
        )
    lowered = password.casefold()
    if lowered in _COMMON or len(set(lowered)) < FEWEST_DIFFERENT:
        return Text("This password is among the first to be guessed.", "该密码过于常见，容易被猜中。")
    if username and username.casefold() in lowered:
        return Text("A password must not contain the user name.", "密码不能包含用户名。")
    return None


def _unbeatable() -> str:
    """A hash of today's parameters that no known password leads to: its digest is random."""
    salt, digest = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}${salt}${digest}"


_NOBODY = _unbeatable()
