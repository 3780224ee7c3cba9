"""Each proof refuses what it is there for, with the shortest counter-example; the shipped definition holds."""

from typing import Any

import pytest

from gridgov.domain.durations import Span
from gridgov.domain.verifier import as_markdown
from gridgov.domain.verifier.silence import worst_wall
from tests.unit.time_world import CALENDAR
from tests.unit.verified import TABLE, Path, changed, proofs_that_refuse, report_on, without

LIMBO = {**TABLE["states"]["disputed"], "forward": "lose"}
TO_LIMBO = {**TABLE["actions"]["acknowledge"], "to": "limbo", "from": ["handling"]}


def with_limbo() -> dict[str, Any]:
    table = changed(("states", "limbo"), LIMBO)
    table["actions"]["lose"] = TO_LIMBO
    return table


BROKEN: list[tuple[int, dict[str, Any], Path | None]] = [
    (1, changed(("actions", "withdraw", "by"), ["city"]), ("start", "report", "reported", "withdraw", "withdrawn")),
    (1, changed(("actions", "report", "to"), "closed"), ("start", "report", "closed")),
    (2, with_limbo(), None),
    (3, without(("limits", "handle", "P2")), ("handling",)),
    (3, changed(("actions", "escalate", "ways", 0, "when"), ["below_city", "not_urgent"]), ("reported",)),
    (3, changed(("actions", "ask_info", "when"), ["reporter_can_answer"]), ("reported", "ask_info", "needs_info")),
    (3, changed(("holders", "caller", "chain"), ["community", "city"]), ("community", "city")),
    (3, changed(("holders", "lead", "chain"), ["lead", "city"]), ("lead", "city")),
    (3, changed(("whistles", "emergency", "priorities"), ["P2", "P3", "P4"]), ("whistled",)),
    (4, changed(("actions", "lapse", "ways", 0, "effects"), ["no_answer"]), ("needs_info", "lapse", "reported")),
    (4, changed(("actions", "escalate", "ways", 0, "effects"), ["urged"]), ("reported", "escalate", "reported")),
    (5, without(("actions", "appeal", "counts")), ("rejected", "appeal", "disputed")),
    (5, changed(("actions", "appeal", "when"), []), ("rejected", "appeal", "disputed")),
    (5, without(("actions", "unmerge", "counts")), ("merged", "unmerge", "reported")),
    (5, changed(("actions", "unmerge", "when"), []), ("merged", "unmerge", "reported")),
    (6, changed(("actions", "merge", "needs"), ["note"]), ("merge",)),
    (6, changed(("actions", "merge", "effects"), []), ("merge",)),
    (6, changed(("actions", "resolve", "by"), ["nobody"]), ("actions.resolve", "nobody")),
    (6, changed(("limits", "spare"), {"P3": "1 wd"}), ("limit", "spare")),
    (7, without(("states", "needs_info", "pauses")), ("needs_info",)),
    (8, without(("actions", "confirm", "impartial")), ("resolved", "confirm", "awaiting_rating")),
    (8, without(("holders", "judge", "unused")), ("disputed", "uphold", "closed")),
    (9, changed(("states", "handling", "title", "zh"), " "), ("handling",)),
    (9, changed(("actions", "accept", "tell"), ["owner"]), ("reported", "accept", "dispatched")),
    (10, changed(("actions", "uphold", "ways", 1, "to"), "rejected"), ("disputed", "uphold", "closed", "rejected")),
    (11, changed(("examples", 0, "expect"), {"state": "rejected"}), None),
    (12, without(("actions", "redispatch", "counts")), ("dispatched", "redispatch", "dispatched")),
    (12, without(("actions", "decline", "counts")), ("reported", "accept", "dispatched", "decline", "reported")),
    (12, changed(("counters", "rounds", "per"), "round"), ("disputed", "redo", "reported")),
    (12, without(("actions", "whistle", "counts")), ("dispatched", "whistle", "whistled", "call_off", "dispatched")),
    (12, changed(("counters", "infos", "then"), "resolve"), ("reported", "ask_info", "reported", "resolve")),
    (13, without(("actions", "designate", "ways", 1)), ("start", "report", "reported", "accept", "dispatched")),
    (13, without(("clocks", "quiet", "again")), ("handling", "P4")),
    (13, changed(("whistles", "emergency", "arrive"), "3 h u"), ("whistled", "P1")),
    (13, changed(("actions", "call_off", "by"), ["lead"]), None),
    (13, changed(("limits", "verify", "P2"), "25 h u"), ("resolved", "P2")),
    (13, changed(("actions", "escalate", "tell"), ["holder!"]), ("reported", "escalate")),
    (14, changed(("clocks", "promise", "armed_by"), ["report", "reopen"]), ("rejected", "appeal", "disputed")),
    (14, changed(("clocks", "promise", "armed_by"), ["report", "reopen", "appeal"]), ("merged", "unmerge", "reported")),
    (14, changed(("clocks", "contact", "ended_by"), ["resolve"]), ("contact",)),
    (14, changed(("clocks", "answer", "ended_by"), ["answer", "join"]), ("answer",)),
    (14, changed(("clocks", "arrival", "armed_by"), ["whistle"]), ("whistled", "change_lead", "whistled")),
    (14, changed(("clocks", "answer", "tell"), ["holder"]), ("answer",)),
    (14, without(("clocks", "progress")), ("progress",)),
    (15, changed(("whistles", "emergency", "answer"), "4 h w"), ("emergency", "P1")),
    (15, changed(("limits", "handle", "P2"), "1 wd"), ("handle", "P2")),
    (15, changed(("ladder", "city", "P1"), "4 h w"), ("city", "P1")),
    (16, changed(("states", "dispatched", "forward"), "decline"), None),
    (16, changed(("states", "handling", "forward"), "escalate"), ("handling",)),
    (16, changed(("actions", "resolve", "by"), ["owner"]), ("handling", "resolve")),
    (16, changed(("actions", "arrive", "by"), ["handler"]), ("whistled", "arrive")),
]


def test_the_shipped_definition_holds() -> None:
    report = report_on(TABLE)
    assert report.ok, as_markdown(report, "en")
    assert {line.proof for line in report.checked} == set(range(1, 17))
    assert all(line.looked_at for line in report.checked)


@pytest.mark.parametrize(("proof", "table", "path"), BROKEN)
def test_a_broken_definition_is_refused_with_its_counter_example(
    proof: int, table: dict[str, Any], path: Path | None
) -> None:
    findings = [finding for finding in report_on(table).findings if finding.proof == proof]
    assert findings
    assert path is None or path in {finding.path for finding in findings}
    assert all(finding.sentence and finding.sentence.zh for finding in findings)


def test_no_proof_leans_on_a_duplicate_that_happens_to_be_there() -> None:
    table = with_limbo()
    merge = table["actions"]["merge"]
    table["actions"]["merge"] = {**merge, "from": [*merge["from"], "limbo"]}
    assert 2 in proofs_that_refuse(report_on(table))


def test_a_state_without_an_end_is_refused_with_the_shortest_way_into_it() -> None:
    paths = [finding.path for finding in report_on(with_limbo()).findings if finding.proof == 2]
    way_in = ("start", "report", "reported", "self_handle", "resolved", "send_back", "handling", "lose", "limbo")
    assert paths == [way_in]


def test_unknown_names_are_told_before_anything_else_is_looked_at() -> None:
    assert proofs_that_refuse(report_on(changed(("states", "handling", "holder"), "nobody"))) == {6}


def test_a_report_says_which_proofs_were_not_looked_at_yet() -> None:
    report = report_on(changed(("states", "handling", "holder"), "nobody"))
    assert "1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16: proved once these are mended" in as_markdown(
        report, "en"
    )


def test_without_the_quiet_rule_somebody_could_be_silent_for_weeks() -> None:
    table = without(("clocks", "quiet"))
    del table["limits"]["quiet"]
    silent = {finding.path for finding in report_on(table).findings if finding.proof == 13}
    assert silent == {("handling", "P3"), ("handling", "P4")}


def test_the_silence_bound_is_what_the_law_promises() -> None:
    rows = {(row.state, row.priority): row for row in report_on(TABLE).silence}
    assert {str(row.allowed) for row in rows.values() if not row.apart} == {"2 h u", "24 h u", "40 h w"}
    assert {row.state for row in rows.values() if row.apart} == {"needs_info", "awaiting_rating", "suspended"}
    assert all(row.clock.seconds(CALENDAR) <= row.allowed.seconds(CALENDAR) for row in rows.values())
    assert str(rows["handling", "P4"].clock) == "5 wd"
    assert rows["handling", "P1"].wall.total_seconds() == 2 * 3600


def test_the_worst_wall_time_of_a_working_day_spans_the_longest_holiday() -> None:
    # The Spring Festival of 2026: closed from Saturday 14 February 18:00, a make-up day, to Tuesday 24 February 08:00.
    assert worst_wall(Span.parse("1 wd"), CALENDAR).total_seconds() == (9 * 24 + 14 + 10) * 3600


def test_a_report_reads_in_both_languages_and_as_json() -> None:
    refused, held = report_on(without(("actions", "appeal", "counts"))), report_on(TABLE)
    assert "appeal out of rejected is not counted. [rejected → appeal → disputed]" in as_markdown(refused, "en")
    assert "终结后的“不服”没有次数限制" in as_markdown(refused, "zh")
    assert refused.as_dict()["ok"] is False
    assert refused.as_dict()["findings"][0]["path"] == ["rejected", "appeal", "disputed"]
    assert len(held.as_dict()["silence"]) == 33
    assert "| P3 | handling | 5 working days |" in as_markdown(held, "en")
