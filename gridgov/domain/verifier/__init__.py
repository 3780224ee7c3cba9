"""The law of this package: no definition is used before it is proved here, and each refusal shows a counter-example.

The sixteen proofs are those of workflow.md §5, one module per family. Each is a generator that yields one answer for
everything it looks at: None where it holds, else a finding. It reads the definition, the catalogue, the calendar
and, on a city, the tree; nothing of it knows the shipped file.
"""

from collections.abc import Callable, Iterable, Iterator

from gridgov.domain.calendar import Calendar
from gridgov.domain.catalogue import Catalogue
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.city import somebody_is_free, territory_is_complete
from gridgov.domain.verifier.clocks import clocks_begin_and_end, urgent_means_now
from gridgov.domain.verifier.cycles import (
    counters_bind,
    cycles_are_counted,
    something_remains,
    work_sent_back_gets_less_time,
)
from gridgov.domain.verifier.deciders import chains_end_in_somebody, nobody_decides_about_their_own_work
from gridgov.domain.verifier.examples import every_way_has_an_example, examples_hold
from gridgov.domain.verifier.names import names_are_used, names_exist
from gridgov.domain.verifier.people import goes_on_without_the_holder, the_holder_can_move_it
from gridgov.domain.verifier.report import Answer, Checked, Finding, Report, SilenceRow, as_markdown
from gridgov.domain.verifier.silence import silence_is_bounded, silence_rows
from gridgov.domain.verifier.structure import a_way_to_an_end, ends_are_guarded, one_start, targets_are_determined
from gridgov.domain.verifier.waiting import pauses_end, silence_gets_somewhere, waits_safely
from gridgov.domain.verifier.words import words_are_there
from gridgov.domain.workflow import Definition

__all__ = ["Checked", "Finding", "Report", "SilenceRow", "as_markdown", "verify"]

Proof = Callable[[Rules], Iterator[Answer]]
Numbered = tuple[int, Answer]

FIRST: tuple[tuple[int, Proof], ...] = ((6, names_exist),)
"""Without these the other proofs would ask for names that are not there."""

SHAPE: tuple[tuple[int, Proof], ...] = (
    (1, one_start),
    (2, a_way_to_an_end),
    (3, waits_safely),
    (3, chains_end_in_somebody),
    (4, silence_gets_somewhere),
    (5, ends_are_guarded),
    (6, names_are_used),
    (7, pauses_end),
    (8, nobody_decides_about_their_own_work),
    (9, words_are_there),
    (10, targets_are_determined),
    (12, cycles_are_counted),
    (12, something_remains),
    (12, work_sent_back_gets_less_time),
    (12, counters_bind),
    (14, clocks_begin_and_end),
    (15, urgent_means_now),
)
LIFE: tuple[tuple[int, Proof], ...] = (
    (11, examples_hold),
    (13, goes_on_without_the_holder),
    (16, the_holder_can_move_it),
    (16, every_way_has_an_example),
)
"""These play scenes with the rules themselves, which a file of the wrong shape could break."""


def verify(definition: Definition, catalogue: Catalogue, calendar: Calendar, tree: Tree | None = None) -> Report:
    """What the proofs say about a definition with its catalogue and calendar, and on a city with its tree.

    Later proofs are left out where earlier ones refuse what they build on: first the names, then the shape, then
    the life and the city. Of equal sentences only the first stays, with the counter-example met first.
    """
    rules = Rules(definition, catalogue, calendar)
    rows: tuple[SilenceRow, ...] = ()
    answers = _answers(FIRST, rules)
    if _holds(answers):
        answers += _answers(SHAPE, rules)
        rows = silence_rows(rules)
        answers += [(13, answer) for answer in silence_is_bounded(rules, rows)]
    if _holds(answers):
        answers += _answers(LIFE, rules)
        answers += _on_the_city(rules, tree) if tree is not None else []
    return _report(answers, rows)


def _answers(proofs: Iterable[tuple[int, Proof]], rules: Rules) -> list[Numbered]:
    return [(number, answer) for number, proof in proofs for answer in proof(rules)]


def _on_the_city(rules: Rules, tree: Tree) -> list[Numbered]:
    answers: list[Numbered] = [(8, answer) for answer in territory_is_complete(rules, tree)]
    return answers + [(8, answer) for answer in somebody_is_free(rules, tree)]


def _holds(answers: Iterable[Numbered]) -> bool:
    return all(answer is None for _, answer in answers)


def _report(answers: list[Numbered], rows: tuple[SilenceRow, ...]) -> Report:
    findings = {(found.proof, found.sentence): found for _, found in reversed(answers) if found is not None}
    counted = {number: (0, 0) for number, _ in sorted(answers, key=lambda each: each[0])}
    for number, answer in answers:
        looked_at, refused = counted[number]
        counted[number] = (looked_at + 1, refused + (answer is not None))
    ordered = sorted(findings.values(), key=lambda found: (found.proof, len(found.path)))
    return Report(tuple(ordered), rows, tuple(Checked(number, *counts) for number, counts in counted.items()))
