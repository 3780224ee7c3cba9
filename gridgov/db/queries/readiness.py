"""How the running system is: signs of life, and the few numbers that an alarm is set on."""

from sqlalchemy import Select, func, literal, select

from gridgov.db.models import Case, ClockRow, Delivery, Heartbeat

RUNNING, PENDING = 0, 0


def seconds_since_sweep() -> Select[float | None]:
    """How many seconds of real time ago a sweeper was last alive; NULL when none ever was."""
    age = func.extract("epoch", func.clock_timestamp() - func.max(Heartbeat.seen_at))
    return select(age).where(Heartbeat.kind == "sweeper")


def gauges() -> Select[int, int, float | None, int]:
    """Open cases, running clocks past their next moment, seconds since the oldest of those, messages to be sent.

    One statement of four small index scans; the age is in the city's time.
    """
    now = func.city_now()
    due = (ClockRow.state == RUNNING) & (ClockRow.next_at <= now)
    open_cases = select(func.count()).select_from(Case).where(Case.closed_at.is_(None)).scalar_subquery()
    overdue = select(func.count()).select_from(ClockRow).where(due).scalar_subquery()
    oldest = select(func.min(ClockRow.next_at)).where(due).scalar_subquery()
    waiting = select(func.count()).select_from(Delivery).where(Delivery.state == PENDING).scalar_subquery()
    age = func.coalesce(func.extract("epoch", now - oldest), literal(0.0))
    return select(open_cases, overdue, age, waiting)
