"""Actions and states in words, also those that a case knew before it went on by another version of its workflow."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import DefinitionRow
from gridgov.domain.bookkeeping import TITLES
from gridgov.domain.errors import Text
from gridgov.domain.workflow import Definition
from gridgov.services.world import Snapshot

Pinned = tuple[str, int]


def action_title(session: Session, snapshot: Snapshot, pinned: Pinned, code: str) -> Text:
    """The action's title in the definition that the case is pinned to, else in the newest older one that has it."""
    return TITLES.get(code) or _title(session, snapshot, pinned, code, lambda definition: definition.actions)


def state_title(session: Session, snapshot: Snapshot, pinned: Pinned, code: str) -> Text:
    """The state's title, found in the same way."""
    return _title(session, snapshot, pinned, code, lambda definition: definition.states)


def _title(
    session: Session,
    snapshot: Snapshot,
    pinned: Pinned,
    code: str,
    table: Callable[[Definition], Mapping[str, Any]],
) -> Text:
    for definition in _versions(session, snapshot, pinned):
        if code in table(definition):
            title: Text = table(definition)[code].title
            return title
    return Text(code, code)


def _versions(session: Session, snapshot: Snapshot, pinned: Pinned) -> Iterator[Definition]:
    """The pinned definition, then the older ones, the newest first; each is read once per snapshot."""
    name, newest = pinned
    yield snapshot.rules(session, name, newest).definition
    key = ("older versions", name, newest)
    if key not in snapshot.kept:
        older = select(DefinitionRow.version).where(DefinitionRow.name == name, DefinitionRow.version < newest)
        snapshot.kept[key] = session.execute(older.order_by(DefinitionRow.version.desc())).scalars().all()
    for version in snapshot.kept[key]:
        yield snapshot.rules(session, name, version).definition
