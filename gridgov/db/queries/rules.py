"""The definitions that a city has, who changed them, and the open cases that are pinned to one."""

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import cast

from gridgov.db.models import Case, DefinitionRow, RuleChange
from gridgov.db.paging import By, Order

NEWEST_CHANGE_FIRST = Order((By(RuleChange.id, descending=True),))


def definitions() -> Select[DefinitionRow]:
    """Every definition, by name, the newest version first."""
    return select(DefinitionRow).order_by(DefinitionRow.name, DefinitionRow.version.desc())


def changes() -> Select[RuleChange]:
    """Every change of the rules."""
    return select(RuleChange)


def open_cases(name: str, version: int) -> Select[int]:
    """The ids of the open cases that are pinned to that version, in their order."""
    pinned = (Case.definition_name == name, Case.definition_version == version)
    return select(Case.id).where(Case.closed_at.is_(None), *pinned).order_by(Case.id)


def open_cases_by_state(name: str, version: int) -> Select[str, int]:
    """How many open cases of that version stand in each state."""
    pinned = (Case.definition_name == name, Case.definition_version == version)
    return select(Case.state, func.count()).where(Case.closed_at.is_(None), *pinned).group_by(Case.state)


def cases_with_frozen_limits(category: str | None) -> Select[int]:
    """The ids of the open cases whose limits are frozen, of one category where that is given."""
    frozen = func.coalesce(Case.facts["limits"], cast({}, JSONB)) != cast({}, JSONB)
    rows = select(Case.id).where(Case.closed_at.is_(None), frozen).order_by(Case.id)
    return rows if category is None else rows.where(Case.category == category)
