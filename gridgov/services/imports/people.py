"""People of a sheet get accounts and dated posts. Nobody is taken away, and nobody gets a password here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, Text, any_, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridgov.db.models import Person, PostRow, UnitRow
from gridgov.domain.errors import Text as Sentence
from gridgov.domain.mapping import Rejected
from gridgov.domain.org import Tree
from gridgov.domain.people_sheet import KINDS_OF, PersonLine
from gridgov.services.imports.outcome import Outcome, Verdict
from gridgov.services.rulebook import touch_city

CHUNK = 200


class Office(NamedTuple):
    """What a post is of: a role at a unit, held by somebody."""

    username: str
    role: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one line: nothing, or some of these."""

    add_person: bool = False
    rename: bool = False
    add_post: bool = False
    change_until: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """What of the row is new, by name."""
        named = {"person": self.add_person, "name": self.rename, "post": self.add_post, "until": self.change_until}
        return tuple(name for name, new in named.items() if new)

    @property
    def verdict(self) -> Verdict:
        """A new post is an addition, any other difference a change."""
        return Verdict.ADDED if self.add_post else Verdict.CHANGED if self.fields else Verdict.UNCHANGED


@dataclass
class Staff:
    """The people and posts that stand so far: those of the city, then each line that was taken."""

    names: dict[str, str]
    posts: dict[Office, dict[date | None, date | None]]
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)


class PeopleImport:
    """A sheet of people and posts against the city as it stood when the sheet was opened."""

    def __init__(
        self, rows: Sequence[PersonLine | Rejected], session: Session, tree: Tree, *, only_posts: bool = False
    ) -> None:
        """`rows` are those of the whole sheet; with `only_posts` the people have to be there."""
        self._rows, self._only_posts, self._tree = rows, only_posts, tree
        lines = [row for row in self._rows if isinstance(row, PersonLine)]
        named = {name for line in lines for name in (line.username, line.substitute_for) if name is not None}
        self._staff = staff_of(session, named)
        self._offered = {_office(line) for line in lines}
        self._looked: dict[int, Plan | Rejected] = {}

    def count(self) -> int:
        """The rows of the sheet that are not blank."""
        return len(self._rows)

    def chunks(self) -> Iterator[Sequence[PersonLine | Rejected]]:
        """Two hundred rows at a time, in the order of the sheet."""
        return (self._rows[first : first + CHUNK] for first in range(0, len(self._rows), CHUNK))

    def pass_over(self, chunk: Sequence[PersonLine | Rejected], now: datetime) -> None:
        """Remember who holds what by now."""
        for row in chunk:
            self._plan(row)

    def look(self, session: Session, chunk: Sequence[PersonLine | Rejected], now: datetime) -> Outcome:
        """What would become of the rows."""
        outcome = Outcome()
        for row in chunk:
            plan = self._plan(row)
            if isinstance(plan, Rejected):
                outcome.refused.append(plan)
            elif isinstance(row, PersonLine):
                outcome.add(row.row, f"{row.username} {row.role} {row.unit_code}", plan.verdict, plan.fields)
                outcome.counts["people_added"] += plan.add_person
        return outcome

    def write(self, session: Session, chunk: Sequence[PersonLine | Rejected], now: datetime) -> Outcome:
        """Add and change the people and posts of the chunk, and let every process learn of it."""
        outcome = self.look(session, chunk, now)
        plans = [(row, self._plan(row)) for row in chunk if isinstance(row, PersonLine)]
        todo = [(line, plan) for line, plan in plans if isinstance(plan, Plan) and plan.fields]
        if todo:
            _write(session, todo, now)
            touch_city(session)
        return outcome

    def remarks(self) -> Sequence[Sentence]:
        """How many new people cannot log in yet."""
        count = sum(plan.add_person for plan in self._looked.values() if isinstance(plan, Plan))
        en = f"{count} new people have no password yet and cannot log in."
        return (Sentence(en, f"{count} 名新人员尚无密码，不能登录。"),) if count else ()

    def _plan(self, row: PersonLine | Rejected) -> Plan | Rejected:
        if isinstance(row, Rejected):
            return row
        if row.row not in self._looked:
            self._looked[row.row] = self._looked_at(row)
        return self._looked[row.row]

    def _looked_at(self, line: PersonLine) -> Plan | Rejected:
        for column, sentence in (
            ("username", self._unknown(line)),
            ("name", self._two_names(line)),
            ("unit_code", self._misplaced(line)),
            ("from", self._overlapping(line)),
            ("substitute_for", self._stands_for_nobody(line)),
        ):
            if sentence is not None:
                return Rejected(line.row, str(sentence), sentence.zh, column)
        return self._taken(line)

    def _taken(self, line: PersonLine) -> Plan:
        """The plan for a line that stands; from now on the line's person and post are there."""
        staff, posts = self._staff, self._staff.posts.setdefault(_office(line), {})
        known, name = line.username in staff.names, staff.names.get(line.username)
        plan = Plan(
            add_person=not known,
            rename=known and not self._only_posts and name != line.name,
            add_post=line.begins not in posts,
            change_until=line.begins in posts and posts[line.begins] != line.until,
        )
        if not self._only_posts:
            staff.names[line.username] = line.name
            staff.rows.setdefault(line.username, (line.row, line.name))
        posts[line.begins] = line.until
        return plan

    def _unknown(self, line: PersonLine) -> Sentence | None:
        if not self._only_posts or line.username in self._staff.names:
            return None
        return Sentence(f"there is nobody called {line.username}", f"没有用户 {line.username}")

    def _two_names(self, line: PersonLine) -> Sentence | None:
        row, name = self._staff.rows.get(line.username, (line.row, line.name))
        return None if name == line.name else Sentence(f"row {row} gives another name", f"与第 {row} 行的姓名不一致")

    def _misplaced(self, line: PersonLine) -> Sentence | None:
        unit = self._tree.by_code.get(line.unit_code)
        if unit is None:
            return Sentence(f"there is no unit {line.unit_code[:80]}", f"没有单位 {line.unit_code[:80]}")
        kinds = KINDS_OF.get(line.role)
        if kinds is None or unit.kind in kinds:
            return None
        wanted = ", ".join(sorted(kinds))
        return Sentence(f"a {line.role} works at a {wanted}, not at a {unit.kind}", f"{line.role} 应任职于 {wanted}")

    def _overlapping(self, line: PersonLine) -> Sentence | None:
        posts = self._staff.posts.get(_office(line), {})
        others = [(begins, until) for begins, until in posts.items() if begins != line.begins]
        for begins, until in others:
            if _before(line.begins, until) and _before(begins, line.until):
                en = f"the same post stands already from {begins or 'ever'} until {until or 'ever'}"
                return Sentence(en, f"同一职务已存在:{begins or '—'} 至 {until or '—'}")
        return None

    def _stands_for_nobody(self, line: PersonLine) -> Sentence | None:
        """A substitute's post is a dated post like any other; here it is only held against the one it stands for."""
        if line.substitute_for is None:
            return None
        office = Office(line.substitute_for, line.role.value, line.unit_code)
        if self._staff.posts.get(office) or office in self._offered:
            return None
        return Sentence(f"{line.substitute_for} holds no such post", f"{line.substitute_for} 没有该职务")


def staff_of(session: Session, usernames: set[str]) -> Staff:
    """Those of the named people who are in the city, with all their posts."""
    # One array: a statement takes 65,535 parameters at most.
    wanted = Person.username == any_(literal(sorted(usernames), ARRAY(Text)))
    names = dict(session.execute(select(Person.username, Person.name).where(wanted)).all())
    posts: dict[Office, dict[date | None, date | None]] = {}
    query = (
        select(Person.username, PostRow.role, UnitRow.code, PostRow.valid_from, PostRow.valid_to)
        .join(PostRow, PostRow.person_id == Person.id)
        .join(UnitRow, UnitRow.id == PostRow.unit_id)
        .where(wanted)
    )
    for username, role, code, begins, until in session.execute(query):
        posts.setdefault(Office(username, role, code), {})[begins] = until
    return Staff(names, posts)


def _office(line: PersonLine) -> Office:
    return Office(line.username, line.role.value, line.unit_code)


def _before(begins: date | None, until: date | None) -> bool:
    """Whether a span that begins so has begun before `until`; None is without a bound."""
    return begins is None or until is None or begins < until


def _write(session: Session, todo: Sequence[tuple[PersonLine, Plan]], now: datetime) -> None:
    fresh = {line.username: line.name for line, plan in todo if plan.add_person}
    if fresh:
        rows = [{"username": username, "name": name, "created_at": now} for username, name in fresh.items()]
        session.execute(insert(Person), rows)
    for line, plan in todo:
        if plan.rename:
            session.execute(update(Person).where(Person.username == line.username).values(name=line.name))
    people = _ids(session, Person.username, Person.id, {line.username for line, _ in todo})
    units = _ids(session, UnitRow.code, UnitRow.id, {line.unit_code for line, _ in todo})
    _write_posts(session, todo, people, units)


def _write_posts(
    session: Session, todo: Sequence[tuple[PersonLine, Plan]], people: Mapping[str, int], units: Mapping[str, int]
) -> None:
    added = []
    for line, plan in todo:
        key = {"person_id": people[line.username], "role": line.role.value, "unit_id": units[line.unit_code]}
        if plan.add_post:
            added.append({**key, "valid_from": line.begins, "valid_to": line.until})
        elif plan.change_until:
            same = PostRow.valid_from.is_not_distinct_from(line.begins)
            session.execute(update(PostRow).filter_by(**key).where(same).values(valid_to=line.until))
    if added:
        session.execute(insert(PostRow).execution_options(render_nulls=True), added)


def _ids(
    session: Session, name: InstrumentedAttribute[str], number: InstrumentedAttribute[int], names: set[str]
) -> dict[str, int]:
    return dict(session.execute(select(name, number).where(name.in_(names))).all())
