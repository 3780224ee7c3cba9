"""Appointments that begin and end: dated, in short chains of substitutes, and nobody leaves open work behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Case, DutyShift, Person, PostRow
from gridgov.domain.appointments import require_chain, require_ends, units_left, warnings_of
from gridgov.domain.errors import Conflict, Invalid, NotFound, Text, WorkInHand
from gridgov.domain.org import Role, Tree
from gridgov.services.handover import assigned_to, hand_over, held_by_units, settle
from gridgov.services.rulebook import touch_city
from gridgov.services.world import Snapshot, renewed, tree_on

SHOWN = 20


@dataclass(frozen=True)
class Appointment:
    """A post to make: from the day `begins` until just before `ends` (None: open); a substitute always has an end."""

    person_id: int
    role: Role
    unit_id: int
    begins: date | None = None
    ends: date | None = None
    substitute_for: int | None = None


@dataclass(frozen=True)
class Ending:
    """A post to end: `on` is the first day without it; open work goes to `hand_over_to`, by `appoint` in a new post."""

    on: date
    hand_over_to: int | None = None
    appoint: bool = False


@dataclass(frozen=True)
class Changed:
    """What a change of posts did: the post, how many cases moved, and what somebody should think about."""

    post: PostRow
    moved: int = 0
    warnings: Sequence[Text] = field(default_factory=list)


def appoint(session: Session, snapshot: Snapshot, order: Appointment, now: datetime) -> Changed:
    """Make the post; cases that waited for the unit elsewhere come back to it on its first day.

    Raises Invalid for a person, unit, day or chain that cannot be, and Conflict for a post that the person has.
    """
    touch_city(session)  # first, as a lock: one change of the city at a time
    begins = order.begins or snapshot.day
    _check_days(order, begins, snapshot.day)
    _check_place(session, order, snapshot.tree)
    if order.substitute_for is not None:
        require_chain(_chain(session, order))
    _check_double(session, order, begins)
    post = PostRow(
        person_id=order.person_id,
        role=order.role.value,
        unit_id=order.unit_id,
        valid_from=begins,
        valid_to=order.ends,
        substitute_for=order.substitute_for,
    )
    session.add(post)
    session.flush()
    return Changed(post, settle(session, renewed(session, snapshot), now))


def end_post(session: Session, snapshot: Snapshot, post_id: int, order: Ending, now: datetime) -> Changed:
    """End the post, and hand over what its person has in hand.

    Raises WorkInHand where open cases would stay behind and nobody is named, Conflict where a chain of fallbacks
    would end at nobody, Invalid for a past day or an heir who does not act for the unit, and NotFound.
    """
    touch_city(session)
    post = _going_on(session, post_id, order.on, snapshot.day)
    zone = snapshot.calendar.zone
    before = tree_on(session, zone, order.on)
    post.valid_to = max(order.on, post.valid_from or order.on)
    if order.appoint and order.hand_over_to is not None:
        _appoint_heir(session, order.hand_over_to, post, snapshot.day)
    session.flush()
    after, today = tree_on(session, zone, order.on), renewed(session, snapshot)
    left = units_left(post.person_id, before, after)
    require_ends(left, after)
    emptied = [unit_id for unit_id in left if not after.acting.get(unit_id)]
    assigned = assigned_to(session, post.person_id, left)
    if order.hand_over_to is None:
        _require_nothing_in_hand(session, sorted({*assigned, *held_by_units(session, emptied)}))
    else:
        _check_heir(order.hand_over_to, post, today.tree, after)
        hand_over(session, today, assigned, order.hand_over_to, now)
    moved = len(assigned) + settle(session, today, now)
    return Changed(post, moved, [*warnings_of(emptied, after), *_pass_shifts(session, snapshot, post, left, order)])


def _check_days(order: Appointment, begins: date, today: date) -> None:
    if begins < today:
        raise Invalid({"from": [PAST]})
    if order.ends is not None and order.ends <= begins:
        raise Invalid({"until": [Text("This has to lie after the first day.", "须晚于起始日期。")]})
    if order.substitute_for is not None and order.ends is None:
        raise Invalid({"until": [Text("A substitute has an end.", "代理须有截止日期。")]})


def _check_place(session: Session, order: Appointment, tree: Tree) -> None:
    _check_person(session, order.person_id, "person_id")
    if order.unit_id not in tree.units:
        raise Invalid({"unit_id": [Text("There is no such unit.", "没有这个单位。")]})


def _check_person(session: Session, person_id: int, name: str) -> None:
    if session.execute(select(Person.id).where(Person.id == person_id, Person.active)).scalar() is None:
        raise Invalid({name: [Text("There is no such person with an account.", "没有这名人员的账号。")]})


def _check_double(session: Session, order: Appointment, begins: date) -> None:
    same = (PostRow.person_id == order.person_id, PostRow.role == order.role.value, PostRow.unit_id == order.unit_id)
    still = func.coalesce(PostRow.valid_to, date.max) > begins
    begun = func.coalesce(PostRow.valid_from, date.min) < (order.ends or date.max)
    if session.execute(select(PostRow.id).where(*same, still, begun).limit(1)).scalar() is not None:
        raise Conflict("This person has this post in that time already.", "该人员在此期间已任此职。")


def _chain(session: Session, order: Appointment) -> list[tuple[int, str]]:
    """The people from the new substitute up to whom the first of them stands in for."""
    chain = [(order.person_id, _username(session, order.person_id))]
    post_id = order.substitute_for
    while post_id is not None:
        post = session.get(PostRow, post_id)
        if post is None or (post.role, post.unit_id) != (order.role.value, order.unit_id):
            sentence = Text("Name a post of the same role in the same unit.", "须为同一单位同一职务的任职。")
            raise Invalid({"substitute_for": [sentence]})
        chain.append((post.person_id, _username(session, post.person_id)))
        post_id = post.substitute_for
    return chain


def _username(session: Session, person_id: int) -> str:
    return session.execute(select(Person.username).where(Person.id == person_id)).scalar_one()


def _going_on(session: Session, post_id: int, on: date, today: date) -> PostRow:
    post = session.get(PostRow, post_id, with_for_update=True, populate_existing=True)
    if post is None:
        raise NotFound("There is no such post.", "没有这个任职。")
    if on < today:
        raise Invalid({"on": [PAST]})
    if post.valid_to is not None and post.valid_to <= on:
        raise Conflict(f"This post ends on {post.valid_to} anyway.", f"该任职已于 {post.valid_to} 结束。")
    return post


def _require_nothing_in_hand(session: Session, case_ids: Sequence[int]) -> None:
    if not case_ids:
        return
    shown = select(Case.number).where(Case.id.in_(case_ids[:SHOWN])).order_by(Case.id)
    raise WorkInHand(
        f"{len(case_ids)} open cases would be left behind: name who takes them (hand_over_to).",
        f"尚有 {len(case_ids)} 件未结案件，请指定交接人（hand_over_to）。",
        open_cases=len(case_ids),
        numbers=list(session.execute(shown).scalars()),
    )


def _appoint_heir(session: Session, heir_id: int, post: PostRow, today: date) -> None:
    _check_person(session, heir_id, "hand_over_to")
    _check_double(session, Appointment(heir_id, Role(post.role), post.unit_id), today)
    session.add(PostRow(person_id=heir_id, role=post.role, unit_id=post.unit_id, valid_from=today))


def _check_heir(heir_id: int, post: PostRow, today: Tree, after: Tree) -> None:
    """The heir acts for the unit today, when the cases go over, and on the day when the other is gone."""
    acts = all(heir_id in tree.acting.get(post.unit_id, ()) for tree in (today, after))
    if heir_id == post.person_id or not acts:
        sentence = Text(
            "Name another person who acts for the unit, or set appoint.",
            "须为本单位其他在岗人员，或设置 appoint 一并任命。",
        )
        raise Invalid({"hand_over_to": [sentence]})


def _pass_shifts(session: Session, snapshot: Snapshot, post: PostRow, left: Sequence[int], order: Ending) -> list[Text]:
    """Duty shifts after the end go to the heir; without one a sentence says that they ring the whole unit."""
    begins = datetime.combine(order.on, time(0), snapshot.calendar.zone).astimezone(UTC)
    theirs = (DutyShift.person_id == post.person_id, DutyShift.unit_id.in_(left), DutyShift.begins_at >= begins)
    if order.hand_over_to is not None:
        session.execute(update(DutyShift).where(*theirs).values(person_id=order.hand_over_to))
        return []
    count = session.execute(select(func.count()).select_from(DutyShift).where(*theirs)).scalar_one()
    sentence = Text(
        f"{count} duty shifts after that day have nobody: the whole unit is rung then.",
        f"此后有 {count} 个值班班次无人，届时通知整个单位。",
    )
    return [sentence] if count else []


PAST = Text("This lies in the past.", "不能早于今天。")
