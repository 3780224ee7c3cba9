"""What the running system knows of itself: the city's clock and the signs of life of its processes."""

from datetime import datetime

from sqlalchemy import Double, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class CityTime(Base):
    """One row: at `real_base` it was `city_base` in the city, and since then time runs `speed` times as fast."""

    __tablename__ = "city_time"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    real_base: Mapped[datetime]
    city_base: Mapped[datetime]
    speed: Mapped[float] = mapped_column(Double)


class Heartbeat(Base):
    """A process was alive at `seen_at` (real time) and did something useful at `worked_at`."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    seen_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]
