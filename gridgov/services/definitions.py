"""The life of a definition: proved and installed, then activated. A stored version is never edited.

How running cases follow: case_migration. The shipped files are installed by rulebook.
"""

import re
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import DefinitionRow, RuleChange
from gridgov.domain.bookkeeping import TITLES
from gridgov.domain.definition_file import load_definition
from gridgov.domain.errors import Conflict, DefinitionError, DefinitionRefused, NotFound
from gridgov.domain.verifier import verify
from gridgov.domain.workflow import Definition
from gridgov.services.rulebook import touch_city
from gridgov.services.world import Snapshot

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
HIGHEST = 1_000_000
PROVING_S = 300


def install(session: Session, snapshot: Snapshot, body: str, person_id: int | None) -> tuple[DefinitionRow, bool]:
    """The version that the text (TOML) describes, stored and not active, and whether it is new.

    The same text again is the same version. Raises DefinitionError for a text that is no definition,
    DefinitionRefused with the findings when a proof does not hold on this city, and Conflict when the version is
    stored with another text.
    """
    definition = storable(body)
    values = {"name": definition.name, "version": definition.version, "digest": definition.digest, "body": body}
    known = session.get(DefinitionRow, (definition.name, definition.version))
    if known is None:
        require_proved(session, definition, snapshot)
        added = insert(DefinitionRow).values(**values, active=False).on_conflict_do_nothing()
        fresh = session.execute(added.returning(DefinitionRow.version)).scalar() is not None
        known = stored(session, definition.name, definition.version)
        if fresh:
            note_change(session, "install", definition.name, definition.version, person_id, {"digest": known.digest})
            return known, True
    if known.digest != definition.digest:
        raise Conflict(
            f"{definition.name} version {definition.version} is stored with another text: give this one a new version.",
            f"{definition.name} 第 {definition.version} 版已存在且内容不同，请使用新的版本号。",
        )
    return known, False


def storable(body: str) -> Definition:
    """The definition that the text describes, with a name, a version and actions that the city can keep.

    Raises DefinitionError.
    """
    try:
        body.encode()
    except UnicodeEncodeError:
        raise DefinitionError("The definition is not a text in UTF-8.", "流程文件不是 UTF-8 文本。") from None
    definition = load_definition(body)
    name, version = definition.name, definition.version
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise DefinitionError("A name has small letters, digits and _.", "流程名称只能含小写字母、数字和下划线。")
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= HIGHEST:
        raise DefinitionError(f"A version is a number from 1 to {HIGHEST}.", f"版本号为 1 至 {HIGHEST} 的整数。")
    taken = sorted(definition.actions.keys() & TITLES.keys())
    if taken:
        names = ", ".join(taken)
        raise DefinitionError(f"These are the city's own words: {names}.", f"以下操作名由系统保留：{names}。")
    return definition


def activate(session: Session, snapshot: Snapshot, name: str, version: int, person_id: int | None) -> DefinitionRow:
    """Pin new cases to that version from the next transaction on; running ones keep theirs. Active already: nothing.

    It is proved again: the city may have changed since it was installed. Raises NotFound and DefinitionRefused.
    """
    row = stored(session, name, version)
    if not row.active:
        require_proved(session, load_definition(row.body), snapshot)
    lock = select(DefinitionRow).where(DefinitionRow.name == name).order_by(DefinitionRow.version).with_for_update()
    rows = session.execute(lock.execution_options(populate_existing=True)).scalars().all()
    if row.active:
        return row
    before = next((each.version for each in rows if each.active), None)
    of_name = update(DefinitionRow).where(DefinitionRow.name == name)
    session.execute(of_name.where(DefinitionRow.active).values(active=False))
    session.execute(of_name.where(DefinitionRow.version == version).values(active=True))
    note_change(session, "activate", name, version, person_id, {} if before is None else {"from": before})
    touch_city(session)
    session.refresh(row)
    return row


def stored(session: Session, name: str, version: int) -> DefinitionRow:
    """The row of that version. Raises NotFound."""
    row = session.get(DefinitionRow, (name, version))
    if row is None:
        raise NotFound(f"There is no workflow {name} version {version}.", f"没有流程 {name} 第 {version} 版。")
    return row


def require_proved(session: Session, definition: Definition, snapshot: Snapshot) -> None:
    """Raise DefinitionRefused with the first counter-example of each proof that does not hold on this city."""
    # The database hears nothing of us while we think, which takes seconds for a large city.
    session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{PROVING_S} s'"))
    report = verify(definition, snapshot.catalogue, snapshot.calendar, snapshot.tree)
    if report.ok:
        return
    first, count = report.findings[0], len(report.findings)
    path = f" [{' → '.join(first.path)}]" if first.path else ""
    raise DefinitionRefused(
        f"{count} refused; proof {first.proof}: {first.sentence}{path}",
        f"{count} 处不成立；证明 {first.proof}：{first.sentence.zh}{path}",
        findings=[finding.as_dict() for finding in report.findings],
    )


def note_change(
    session: Session, kind: str, name: str | None, version: int | None, person_id: int | None, data: dict[str, Any]
) -> None:
    """Write down who changed the rules; `person_id` is None for a command on the city's own machine."""
    session.add(RuleChange(kind=kind, name=name, version=version, person_id=person_id, data=data))
    session.flush()
