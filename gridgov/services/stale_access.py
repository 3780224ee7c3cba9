"""What nobody needs any more of logins and repeats: housekeeping calls it now and then."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridgov.db.models import IdempotentAnswer, LoginDelay, WebSession

ANSWERS_KEPT = timedelta(days=7)
DELAYS_KEPT = timedelta(days=1)


def forget_stale_access(session: Session, clock: datetime) -> int:
    """Delete logins that are over, delays long past and answers older than seven days; how many rows went.

    `clock` is the real time (aware), as everywhere in this matter.
    """
    stale = (
        delete(WebSession).where(WebSession.expires_at <= clock),
        delete(LoginDelay).where(LoginDelay.next_at <= clock - DELAYS_KEPT),
        delete(IdempotentAnswer).where(IdempotentAnswer.created_at <= clock - ANSWERS_KEPT),
    )
    return sum(len(session.execute(each.returning(each.table.primary_key.columns[0])).all()) for each in stale)
