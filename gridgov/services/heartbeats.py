"""Signs of life of the processes, in real time (a demonstration's hours say nothing about a process)."""

import os
import socket
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import Heartbeat


def process_name(kind: str) -> str:
    """The name of this process among all of its kind: kind, machine, number."""
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"[:80]


def beat(session: Session, process: str, kind: str, worked: bool) -> None:
    """Note that `process` is alive now and, with `worked`, that it has done something useful."""
    now = func.statement_timestamp()
    row = insert(Heartbeat).values(process=process, kind=kind, seen_at=now, worked_at=now if worked else None)
    fresh = {"seen_at": now} | ({"worked_at": now} if worked else {})
    session.execute(row.on_conflict_do_update(index_elements=[Heartbeat.process], set_=fresh))


def last_seen() -> Select[str, datetime]:
    """Each kind of process with the moment (real time) at which one of it was last seen."""
    return select(Heartbeat.kind, func.max(Heartbeat.seen_at)).group_by(Heartbeat.kind)
