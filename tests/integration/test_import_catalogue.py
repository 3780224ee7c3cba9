"""A catalogue of a file is proved, then active, once; what cases need stays, and what was frozen for them too."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gridgov.db.session import city_now, make_engine
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.errors import DefinitionError
from gridgov.domain.jobs import ImportKind
from gridgov.workflows import read_text
from tests.factories import City
from tests.integration.import_hand import Hand, hand_of, model_hand


@pytest.fixture
def hand(own_engine: Engine, folder: Path) -> Hand:
    """An import into the model city."""
    return model_hand(own_engine, folder)


@pytest.fixture
def xuanwei(make_database: Callable[[str], str], xuanwei_template: str, folder: Path) -> Iterator[Hand]:
    """An import into the seeded city."""
    engine = make_engine(make_database(xuanwei_template), "xuanwei")
    yield hand_of(engine, folder)
    engine.dispose()


def catalogue(version: int, edit: Callable[[str], str] = lambda body: body) -> str:
    return edit(read_text("catalogue.toml").replace("\nversion = 1\n", f"\nversion = {version}\n"))


def test_a_catalogue_is_proved_and_then_active_once(xuanwei: Hand) -> None:
    body = catalogue(2, lambda text: text.replace('handle = "2 h u"', 'handle = "1 h u"', 1))
    total = len(load_catalogue(body).categories)
    dry = xuanwei.run(ImportKind.CATALOGUE, body, dry_run=True)
    assert dry.counts == (0, 1, total - 1, 0)
    assert (dry.outcome.changes[0].key, dry.outcome.changes[0].fields) == ("0101", ("limits",))
    assert xuanwei.sql("SELECT version FROM catalogues WHERE active") == [(1,)]
    assert xuanwei.run(ImportKind.CATALOGUE, body).counts == (0, 1, total - 1, 0)
    assert xuanwei.sql("SELECT version, active FROM catalogues ORDER BY 1") == [(1, False), (2, True)]
    assert xuanwei.run(ImportKind.CATALOGUE, body).counts == (0, 0, total, 0)
    with xuanwei.desk.transaction() as session:
        assert xuanwei.desk.world.at(session, city_now(session)).catalogue.version == 2


def test_a_catalogue_keeps_its_version_for_ever(hand: Hand) -> None:
    ran = hand.run(ImportKind.CATALOGUE, catalogue(1, lambda text: text + "# a remark\n"))
    assert ran.refusals == [(0, None, "version has to be 2 at least.")]


def test_a_catalogue_that_the_loader_refuses_names_the_column(hand: Hand) -> None:
    with pytest.raises(DefinitionError, match=r"0101.*evidence"):
        hand.run(ImportKind.CATALOGUE, catalogue(2, lambda text: text.replace('evidence = "after"\n', "", 1)))


def without(code: str) -> Callable[[str], str]:
    def edit(body: str) -> str:
        head, *rows = body.split("[[categories]]")
        return "[[categories]]".join([head, *(row for row in rows if f'code = "{code}"' not in row)])

    return edit


def report(hand: Hand, category: str) -> City:
    with hand.desk.transaction() as session:
        snapshot = hand.desk.world.at(session, city_now(session))
        city = City(session, hand.desk.world, snapshot)
        city.report(category)
        return city


def test_a_category_that_a_case_has_cannot_go_and_another_can(hand: Hand) -> None:
    report(hand, "0402")
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0402")))
    assert ran.refusals == [(0, None, "Category 0402 is needed by cases and cannot go.")]
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0403")))
    assert (ran.refusals, ran.outcome.counts["removed"]) == ([], 1)


def test_a_running_case_keeps_the_limit_that_was_frozen(hand: Hand) -> None:
    report(hand, "0101")
    before = hand.sql("SELECT promised_at, due_at, facts FROM cases")
    hand.run(ImportKind.CATALOGUE, catalogue(2, lambda text: text.replace('handle = "2 h u"', 'handle = "1 h u"', 1)))
    assert hand.sql("SELECT version FROM catalogues WHERE active") == [(2,)]
    assert hand.sql("SELECT promised_at, due_at, facts FROM cases") == before


def test_a_catalogue_that_a_proof_refuses_changes_nothing(hand: Hand) -> None:
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0401")))
    assert ran.outcome.refused
    assert all(each.reason_en.startswith("Proof 11") for each in ran.outcome.refused)
    assert hand.sql("SELECT version FROM catalogues") == [(1,)]
