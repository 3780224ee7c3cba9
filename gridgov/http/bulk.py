"""One action on many cases: each in a savepoint of its own, in the order of ids, so that no refusal harms another."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from gridgov.db.models import Case
from gridgov.db.queries.cases import visible
from gridgov.db.queries.merging import way_up
from gridgov.domain.actors import Actor
from gridgov.domain.errors import GridgovError, Invalid
from gridgov.domain.steps import PAIRED
from gridgov.http.acting import acted
from gridgov.http.cases import canonical
from gridgov.http.context import work
from gridgov.http.database_errors import problem_of_database
from gridgov.http.errors import status_of
from gridgov.http.language import preferred, said
from gridgov.services.situations import lock_cases

Wanted = Mapping[str, Any]
HURRY = text("SET LOCAL lock_timeout = '100ms'")


def act_on_each(action: str, wanted: Sequence[Wanted], shared: Wanted, actor: Actor) -> list[dict[str, Any]]:
    """What became of each case, in the order asked for; each of `wanted` has number, perhaps version and own inputs."""
    ids = _ids([canonical(each["number"]) for each in wanted], actor)
    if action in PAIRED:
        _lock_all(wanted, shared, ids, actor)
    order = sorted(range(len(wanted)), key=lambda place: (ids.get(canonical(wanted[place]["number"]), 0), place))
    results = {place: _one(action, wanted[place], shared, actor) for place in order}
    return [results[place] for place in range(len(wanted))]


def _ids(numbers: Sequence[str], actor: Actor) -> dict[str, int]:
    """The ids of the cases that the caller may see, by number."""
    here = work()
    query = select(Case.number, Case.id).where(Case.number.in_(numbers), visible(actor, here.snapshot.tree))
    return {row.number: row.id for row in here.session.connection().execute(query)}


def _lock_all(wanted: Sequence[Wanted], shared: Wanted, ids: Mapping[str, int], actor: Actor) -> None:
    """Lock every case that may change, masters included, by id, before the first does: nobody waits in a circle."""
    here = work()
    named = [{**shared, **each}.get("into") for each in wanted]
    targets = _ids([canonical(number) for number in named if number], actor)
    ways = [way_up(here.session, case_id) for case_id in {*ids.values(), *targets.values()}]
    lock_cases(here.session, sorted({row.id for way in ways for row in way}))


def _one(action: str, wanted: Wanted, shared: Wanted, actor: Actor) -> dict[str, Any]:
    own = {name: value for name, value in wanted.items() if name not in {"number", "version"}}
    try:
        with work().session.begin_nested():
            case = acted(wanted["number"], action, actor, {**shared, **own}, wanted.get("version"))
    except GridgovError as refusal:
        return refused(wanted["number"], refusal)
    except DBAPIError as error:
        return _busy(wanted["number"], error)
    return {"number": case.number, "ok": True, "status": 200, "version": case.version, "state": case.state}


def refused(number: str, refusal: GridgovError) -> dict[str, Any]:
    """The result of a case whose action was refused."""
    language = preferred(request)
    result = _failed(number, status_of(refusal), refusal.code, said(refusal.sentence, language))
    if isinstance(refusal, Invalid):
        result["errors"] = {path: [said(each, language) for each in given] for path, given in refusal.fields.items()}
    return result


def _busy(number: str, error: DBAPIError) -> dict[str, Any]:
    """The result of a case that somebody else holds; what no second try would mend is raised on."""
    problem = problem_of_database(error)
    if problem is None or error.connection_invalidated:
        raise error
    # The first waits as long as anybody; a hundred that are held would take minutes.
    work().session.execute(HURRY)
    return _failed(number, problem.status, problem.code, said(problem.detail, preferred(request)))


def _failed(number: str, status: int, code: str, detail: str) -> dict[str, Any]:
    return {"number": number, "ok": False, "status": status, "code": code, "detail": detail}
