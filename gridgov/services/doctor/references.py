"""I1: an acknowledged report is exactly one case, and its number can be trusted."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case
from gridgov.domain.case_number import parse_case_number
from gridgov.domain.errors import Invalid
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, Problem, wrong


def number_is_well_formed(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """The number's form, check digit and day."""
    try:
        number = parse_case_number(file.row.number)
    except Invalid as refusal:
        yield wrong(f"The number is not one: {refusal}", f"案件编号无效：{refusal.sentence.zh}")
        return
    if str(number) != file.row.number or number.day != file.rules.day(file.row.reported_at):
        yield wrong("The number does not name the day of the report.", "案件编号与上报日期不符。")


def reports_are_one_case(session: Session) -> Iterator[Problem]:
    """Every case that shares its number, its external number or its client's reference with another."""
    for columns in ((Case.number,), (Case.external_source, Case.external_number), (Case.reporter_id, Case.client_ref)):
        last, names = columns[-1], ", ".join(column.key for column in columns)
        twice = (
            select(func.array_agg(Case.number.distinct()))
            .where(last.is_not(None))
            .group_by(*columns)
            .having(func.count() > 1)
        )
        for numbers in session.execute(twice).scalars():
            yield Problem(
                "I1", ", ".join(numbers), wrong(f"One report twice: {names}.", f"同一上报重复：{names}。").sentence
            )
