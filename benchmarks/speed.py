"""Requests per second, ours against the bare view, in alternating rounds; and ours on a large city against a small."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from statistics import median
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.lives import CATEGORY, CONTACT, TEXT, buildings_of
from benchmarks.load import drive, request_bytes
from gridgov.db.models import Case
from gridgov.domain.org import Role, Tree
from gridgov.services.tokens import create_token

CASES = "/api/v1/cases"
Requests = Iterator[bytes]


@dataclass(frozen=True)
class Work:
    """One kind of request: what is sent to us and to the bare view, and the status that each answers with."""

    name: str
    ours: Requests
    bare: Requests
    status: int
    bare_status: int


@dataclass(frozen=True)
class Compared:
    """Medians over the rounds: requests per second of both, and the ratio of each pair of rounds."""

    name: str
    base_rps: float
    ours_rps: float
    ratio: float


def compare(name: str, base: Callable[[], float], ours: Callable[[], float], rounds: int) -> Compared:
    """Both in turn, `rounds` times; the order changes each time, so that a slow machine harms neither more."""
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            mine, other = ours(), base()
        else:
            other, mine = base(), ours()
        pairs.append((other, mine))
    ratios = [mine / other for other, mine in pairs]
    return Compared(name, median(other for other, _ in pairs), median(mine for _, mine in pairs), median(ratios))


def against_bare(work: Work, bare_port: int, our_port: int, rounds: int, seconds: float) -> Compared:
    """Ours against the bare view."""
    return compare(
        work.name,
        lambda: drive(bare_port, work.bare, work.bare_status, seconds),
        lambda: drive(our_port, work.ours, work.status, seconds),
        rounds,
    )


@dataclass(frozen=True)
class Callers:
    """Who asks: a token each for a dispatcher, a grid worker, and somebody of every handler that has work."""

    dispatcher: str
    subdistrict_id: int
    reporter: str
    handlers: dict[int, str]


def make_callers(session: Session, tree: Tree) -> Callers:
    """The tokens, written."""
    sent = text("SELECT handler_id FROM cases WHERE state = 'dispatched' GROUP BY handler_id")
    handlers = {unit: _token(session, tree.acting[unit][0]) for unit in session.execute(sent).scalars()}
    building = buildings_of(tree, 1)[0]
    unit = tree.path(building.id)[-2]
    dispatcher = next(p.person_id for p in tree.posts_at[unit] if p.role is Role.SUBDISTRICT_DISPATCHER)
    reporter = tree.acting[building.grid_id or 0][0]
    return Callers(_token(session, dispatcher), unit, _token(session, reporter), handlers)


def _token(session: Session, person_id: int) -> str:
    now = session.execute(text("SELECT now()")).scalar_one()
    return create_token(session, person_id, "benchmark", ["*"], 1, now).secret


def reads(session: Session, callers: Callers) -> list[Work]:
    """A list of 25 and a detail, by somebody who sees a subdistrict."""
    visible = select(Case.number).where(Case.subdistrict_id == callers.subdistrict_id).order_by(Case.id.desc())
    numbers = session.execute(visible.limit(500)).scalars().all()
    paths = [f"{CASES}/{number}" for number in numbers]
    return [
        Work("list of 25", cycle([_get(f"{CASES}?limit=25", callers.dispatcher)]), cycle([_get(CASES)]), 200, 200),
        Work("detail", cycle([_get(path, callers.dispatcher) for path in paths]), cycle(map(_get, paths)), 200, 200),
    ]


def writes(session: Session, callers: Callers, tree: Tree) -> list[Work]:
    """A report with everything, a remark, and an acknowledgement of a case each."""
    buildings = [building.id for building in buildings_of(tree, 40)]
    sent = session.execute(
        select(Case.number, Case.handler_id).where(Case.state == "dispatched").order_by(Case.id.desc())
    ).all()
    bodies = [_report(building) for building in buildings]
    bare = [request_bytes("POST", CASES, {}, body) for body in bodies]
    remark = json.dumps({"note": "已电话联系业主,约定明早九时到场。"}, ensure_ascii=False).encode()
    remarks = (
        _post(f"{CASES}/{number}/comments", callers.handlers[handler or 0], remark) for number, handler in cycle(sent)
    )
    acknowledged = (
        _post(f"{CASES}/{number}/actions/acknowledge", callers.handlers[handler or 0], b"{}")
        for number, handler in sent
    )
    return [
        Work("report", (_post(CASES, callers.reporter, body) for body in cycle(bodies)), cycle(bare), 201, 201),
        Work("comment", remarks, cycle(bare), 201, 201),
        Work("acknowledge", acknowledged, cycle(bare), 200, 201),
    ]


def _report(building_id: int) -> bytes:
    body = {"category": CATEGORY, "description": TEXT, "on_behalf": True, "reporter": CONTACT}
    place = {"building_id": building_id, "address": "东门岗亭旁"}
    return json.dumps({**body, "place": place}, ensure_ascii=False).encode()


def _get(path: str, token: str = "") -> bytes:
    return request_bytes("GET", path, {"Authorization": f"Bearer {token}"} if token else {})


def _post(path: str, token: str, body: bytes) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    return request_bytes("POST", path, headers, body)
