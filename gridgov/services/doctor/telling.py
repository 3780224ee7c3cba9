"""I4: who is told follows from the events; each person and channel has one row, with a reason when nothing went out.

Posts change, and the tree of an old moment is not kept. So only what needs no tree is an error: what events say of
reporter and assignee, and an event that told nobody though people were in office; the rest is a warning.
"""

from collections.abc import Iterator
from datetime import datetime

from gridgov.domain.clock import ClockKind, Stage
from gridgov.domain.firing import told_by_clock
from gridgov.domain.notices import PEOPLE, News, people_told
from gridgov.services.doctor.case_file import CaseFile, Moment, Told
from gridgov.services.doctor.problem import Finding, suspect, wrong

CHANNELS = frozenset({"in_app", "email"})
STATES = {"in_app": frozenset({"delivered"}), "email": frozenset({"pending", "sent", "failed", "not_sent"})}
EXPLAINED = frozenset({"not_sent", "failed"})
IN_OUTBOX = {"pending": (0, 5), "sent": (2,), "failed": (4,)}


def notices_are_complete(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Every person who was told has a row per channel, of a legal state, with a reason when nothing was sent."""
    channels: dict[tuple[int, int], set[str]] = {}
    for told in file.notices:
        channels.setdefault((told.event_seq, told.person_id), set()).add(told.channel)
        if (words := _trouble(told)) is not None:
            yield _about(told.event_seq, told.person_id, *words)
    for (seq, person), known in channels.items():
        if known != CHANNELS:
            yield _about(seq, person, "lacks a channel", "缺少渠道记录")


def _trouble(told: Told) -> tuple[str, str] | None:
    if told.state not in STATES.get(told.channel, frozenset()):
        return f"is {told.state} by {told.channel}", f"在{told.channel}的状态“{told.state}”无效"
    if told.state in EXPLAINED and told.reason is None:
        return "was not sent, without a reason", "未发送且没有原因"
    if told.channel == "email" and told.state != "not_sent" and told.outbox not in IN_OUTBOX[told.state]:
        return f"is {told.state}, which no message in the outbox bears out", f"状态“{told.state}”与发件箱不符"
    return None


def _about(seq: int, person: int, en: str, zh: str) -> Finding:
    return wrong(f"The notice of event {seq} to person {person} {en}.", f"事件{seq}给人员{person}的通知{zh}。")


def the_right_people_were_told(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """The people whom the events ask to be told were told, and whoever acted was not."""
    told: dict[int, set[int]] = {}
    for notice in file.notices:
        told.setdefault(notice.event_seq, set()).add(notice.person_id)
    for moment in moments:
        yield from _told_of(file, moment, told.get(moment.event.seq, set()))
    if surplus := told.keys() - {moment.event.seq for moment in moments}:
        yield wrong(
            f"Notices of events that are not there: {sorted(surplus)}.", f"通知所指事件不存在：{sorted(surplus)}。"
        )


def _told_of(file: CaseFile, moment: Moment, told: set[int]) -> Iterator[Finding]:
    seq = moment.event.seq
    if moment.event.signature.person_id in told:
        yield wrong(f"Event {seq} was told to whoever did it.", f"事件{seq}通知了办理人本人。")
    if (news := _news(file, moment)) is None:
        return
    expected = {notice.person_id: notice.rule for notice in people_told(news, moment.rules, file.tree)}
    missing = {
        person: rule
        for person, rule in expected.items()
        if person not in told and _serves(file, person, moment.event.at)
    }
    named = [person for person, rule in missing.items() if rule in PEOPLE]
    if named or (missing and not told):
        yield wrong(
            f"Event {seq} was not told to {sorted(named or missing)}.", f"事件{seq}未通知{sorted(named or missing)}。"
        )
    elif missing:
        yield suspect(
            f"By today's posts event {seq} should have been told to {sorted(missing)}.",
            f"按现任岗位，事件{seq}应通知{sorted(missing)}。",
        )


def _news(file: CaseFile, moment: Moment) -> News | None:
    """What was news then; None for the history of another system and for bookkeeping: no definition says who hears."""
    event = moment.event
    if event.signature.kind == "import" or event.action not in moment.rules.definition.actions:
        return None
    extra: tuple[str, ...] = ()
    if event.action == "remind":
        kind, stage = ClockKind(str(event.data["clock"])), Stage[str(event.data["stage"]).upper()]
        extra = told_by_clock(moment.rules, moment.before or moment.after, kind, stage)
    fired = next((clock for clock in file.clocks if clock.key == event.data.get("key")), None)
    whom, whose = (fired.orderer_id, fired.holder_id) if fired is not None else (None, None)
    return News(event.action, moment.before, moment.after, event.signature, extra, whom, silent_id=whose)


def _serves(file: CaseFile, person: int, at: datetime) -> bool:
    """True when the person was told of something before: whoever came into office later could not be."""
    since = file.served_since.get(person)
    return since is not None and since <= at
