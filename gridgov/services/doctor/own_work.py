"""I8: nobody decided about their own work (workflow.md §2)."""

from collections.abc import Iterator

from gridgov.domain.case import Facts
from gridgov.domain.steps import Event
from gridgov.domain.whistles import helpers_of
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, suspect, wrong


def nobody_judged_themselves(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Decisions by who did the work, for the handler, or about what they had confirmed.

    A post in the handler's unit is known for today only, so there it is a warning.
    """
    for moment in moments:
        person = moment.event.signature.person_id
        if moment.before is None or person is None or not _decision(moment, moment.before.state):
            continue
        seq, action = moment.event.seq, moment.event.action
        if _own(moment.before, moment.event):
            yield wrong(
                f"Event {seq}: person {person} decided ({action}) about their own work.",
                f"事件{seq}：人员{person}裁定（{action}）了自己的工作。",
            )
        elif any(post.unit_id in _working(moment.before) for post in file.tree.posts_of.get(person, ())):
            yield suspect(
                f"Event {seq}: person {person}, who decided ({action}), now has a post with the handler.",
                f"事件{seq}：裁定（{action}）人{person}现于承办单位任职。",
            )


def _decision(moment: Moment, state: str) -> bool:
    action = moment.rules.definition.actions.get(moment.event.action)
    return action is not None and any(way.impartial for way in action.ways_from(state))


def _own(before: Facts, event: Event) -> bool:
    person, unit = event.signature.person_id, event.signature.unit_id
    rated = event.action == "rate" and person == before.confirmed_by
    return rated or person in before.workers or (unit is not None and unit in _working(before))


def _working(facts: Facts) -> set[int | None]:
    """The handler's unit, and those that helped by a call."""
    return {facts.handler_id, *helpers_of(facts)}
