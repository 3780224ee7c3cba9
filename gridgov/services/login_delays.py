"""How often a password may be tried: an account slows down, an address slows down, nobody is ever locked out.

A try is counted before the password is looked at, so a thousand guesses at once are a thousand tries; a right
password takes its own try back. Accounts are kept as a hash, because people type passwords into the wrong box.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.domain.addresses import caller_network
from gridgov.domain.errors import RateLimited


@dataclass(frozen=True)
class Budget:
    """`free` wrong tries cost nothing, each further one doubles the wait up to `longest_s`.

    One is forgiven for each `forgiven_s` seconds without a try.
    """

    free: int
    longest_s: int
    forgiven_s: int


ACCOUNT = Budget(free=5, longest_s=120, forgiven_s=900)
ADDRESS = Budget(free=100, longest_s=60, forgiven_s=10)

# One row, one statement: whoever comes before `next_at` changes nothing and gets no row back.
_CLAIM = text("""
    INSERT INTO login_delays AS d (key, failures, next_at) VALUES (:key, 1, :clock)
    ON CONFLICT (key) DO UPDATE SET (failures, next_at) = (
        SELECT n, CAST(:clock AS timestamptz)
                  + CASE WHEN n > :free THEN least(:longest_s, 2 ^ least(n - :free - 1, 30)) ELSE 0 END
                  * interval '1 second'
        FROM (SELECT greatest(0, d.failures - floor(extract(epoch FROM :clock - d.next_at) / :forgiven_s))::int + 1)
             AS tries (n))
    WHERE d.next_at <= :clock
    RETURNING failures
""")
_WAIT = text("SELECT extract(epoch FROM next_at - :clock) FROM login_delays WHERE key = :key")
_TAKE_BACK = text("UPDATE login_delays SET failures = greatest(0, failures - 1) WHERE key = :key")
_FORGET = text("DELETE FROM login_delays WHERE key = :key")


def claim_try(session: Session, username: str, address: str, clock: datetime) -> None:
    """Count one try for the account and for the address.

    Raises RateLimited with `retry_after` in seconds when one of them has to wait; then nothing is counted.
    """
    for key, budget in ((_account(username), ACCOUNT), (_address(address), ADDRESS)):
        values = {"key": key, "clock": clock, **vars(budget)}
        if session.execute(_CLAIM, values).scalar() is None:
            wait = session.execute(_WAIT, values).scalar()
            raise RateLimited(
                "Too many wrong passwords; try again in a moment.",
                "密码错误次数过多，请稍后再试。",
                retry_after=float(wait or 1),
            )


def forgive(session: Session, username: str, address: str) -> None:
    """Take a right password's try back: the account starts anew, the address loses one."""
    session.execute(_FORGET, {"key": _account(username)})
    session.execute(_TAKE_BACK, {"key": _address(address)})


def _account(username: str) -> str:
    return "account:" + hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()


def _address(address: str) -> str:
    return f"address:{caller_network(address)}"
