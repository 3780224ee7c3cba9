"""What nobody needs any more of logins and repeats: housekeeping calls it now and then."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridgov.db.models import IdempotentAnswer, LoginDelay, WebSession

ANSWERS_KEPT = timedelta(days=7)
DELAYS_KEPT = timedelta(days=1)


def forget_stale_access(session: Session, clock: datetime) -> None:
    """Delete logins that are over, delays long past and answers older than seven days.

    `clock` is the real time (aware), as everywhere in this matter.
    """
    session.execute(delete(WebSession).where(WebSession.expires_at <= clock))
    session.execute(delete(LoginDelay).where(LoginDelay.next_at <= clock - DELAYS_KEPT))
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at <= clock - ANSWERS_KEPT))
