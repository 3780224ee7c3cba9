"""What doctor takes for the fold of a case's events, on values."""

from types import SimpleNamespace
from typing import Any, cast

from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.fold import row_is_the_fold
from tests.unit.lives import RULES, live

YOUNG = {"calls", "requests", "merged_into"}


def wrong(kept: dict[str, Any], first: dict[str, Any]) -> list[str]:
    """What doctor says of a case just reported whose row keeps `kept` and whose first event says `first`."""
    (step,) = live().steps
    event = cast(Any, SimpleNamespace(changes=first))
    file = cast(CaseFile, SimpleNamespace(row=SimpleNamespace(facts=kept)))
    moment = Moment(None, event, step.situation.facts, RULES)
    return [str(each.sentence) for each in row_is_the_fold(file, [moment])]


def without(*names: str) -> dict[str, Any]:
    """The facts of that case as they are written, without some."""
    (step,) = live().steps
    return {name: value for name, value in step.event.changes.items() if name not in names}


def test_what_the_city_learnt_to_remember_later_is_in_neither_row_nor_event() -> None:
    assert wrong(without(*YOUNG), without(*YOUNG)) == []


def test_what_the_event_remembers_is_missed_in_the_row() -> None:
    (sentence,) = wrong(without("calls", "round"), without())
    assert {"calls", "round"} <= set(sentence.removesuffix(".").replace(",", "").split())


def test_another_value_is_named() -> None:
    assert "floor" in wrong({**without(), "floor": 2}, without())[0]
