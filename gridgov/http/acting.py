"""What every view that acts on a case does: find it among what the caller sees, let the right service act on it."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from gridgov.domain.actors import Actor
from gridgov.domain.errors import Invalid, NotFound
from gridgov.domain.inputs import MISSING
from gridgov.domain.merging import MERGE
from gridgov.domain.steps import PAIRED
from gridgov.http.cases import locked_case, reread, visible_case
from gridgov.http.context import work
from gridgov.services import merging
from gridgov.services.portraits import after
from gridgov.services.transitions import act


def acted(
    number: str, action: str, actor: Actor, inputs: dict[str, Any], version: int | None
) -> Row[Any] | SimpleNamespace:
    """The case as the action leaves it. `version` is the one that the caller decided on.

    Raises NotFound, and what the services raise; then nothing has changed.
    """
    here = work()
    if action in PAIRED:
        return _paired(number, action, actor, inputs, version)
    row, present = locked_case(number, actor)
    entry = act(here.session, here.snapshot, present, action, actor, inputs, here.now, version)
    # Photos are written beside the case: the row has to be read again to show them.
    return reread(row.id) if "attachments" in inputs else after(row._asdict(), entry)


def _paired(number: str, action: str, actor: Actor, inputs: dict[str, Any], version: int | None) -> Row[Any]:
    """Nothing is locked yet when the cases are looked up: all of them are locked together, by id."""
    here, case_id = work(), visible_case(number, actor).id
    if action == MERGE:
        other = _other(inputs.get("into"), actor)
        merging.merge(here.session, here.snapshot, case_id, other, actor, inputs, here.now, version)
    else:
        merging.unmerge(here.session, here.snapshot, case_id, actor, inputs, here.now, version)
    return reread(case_id)


def _other(number: str | None, actor: Actor) -> int:
    if number is None:
        raise Invalid({"into": [MISSING]})
    try:
        return int(visible_case(number, actor).id)
    except NotFound as refusal:
        raise Invalid({"into": [refusal.sentence]}) from None
