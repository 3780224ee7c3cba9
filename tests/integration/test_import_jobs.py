"""An ordered import is worked off in turns, survives a worker that dies, fails in words, and goes after its time."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from gridgov.adapters.job_files import JobFiles
from gridgov.db.session import Transactions, city_now
from gridgov.services.housekeeping import tidy
from gridgov.services.imports.jobs import LOST_AFTER, MOST_ATTEMPTS
from gridgov.services.imports.running import work_off
from gridgov.services.reconcile import reconcile
from gridgov.services.world import World
from gridgov.settings import Settings
from gridgov.tasks.imports import import_files
from gridgov.tasks.runtime import configure, current
from tests.factories import ZONE
from tests.integration.import_house import UNITS, House, house_of
from workers.celery_app import runtime_factory


@pytest.fixture
def house(own_engine: Engine, settings: Settings, folder: Path) -> House:
    """A city of its own with an administrator, and a folder for its files."""
    return house_of(own_engine, settings, folder)


def many(count: int) -> str:
    return UNITS + "".join(f"m.s.c.n{n},compound,新村{n},m.s.c\n" for n in range(count))


def test_a_long_import_takes_several_turns_and_counts_every_row_once(house: House) -> None:
    path = house.order("units", many(450)).json["links"]["self"]
    work_off(house.shop, seconds=0)
    shown = house.get(path).json
    assert (shown["state"], shown["total"], shown["done"]) == ("running", 450, 200)
    work_off(house.shop, seconds=0)
    work_off(house.shop, seconds=0)
    shown = house.get(path).json
    assert (shown["state"], shown["done"], shown["summary"]["counts"]["added"]) == ("done", 450, 450)
    assert house.sql("SELECT count(*) FROM units WHERE code LIKE 'm.s.c.n%'") == [450]


def test_a_job_whose_worker_died_is_taken_up_where_it_stood(house: House, folder: Path) -> None:
    path = house.order("units", many(450)).json["links"]["self"]
    work_off(house.shop, seconds=0)
    house.sql("UPDATE jobs SET heartbeat_at = now()")
    assert not work_off(house.shop)
    old = LOST_AFTER.total_seconds() + 1
    house.sql("UPDATE jobs SET heartbeat_at = now() - make_interval(secs => :old)", old=old)
    assert work_off(house.shop)
    shown = house.get(path).json
    assert (shown["state"], shown["done"], shown["summary"]["counts"]["added"]) == ("done", 450, 450)
    assert shown["summary"]["counts"]["unchanged"] == 0
    assert not list((folder / "jobs").iterdir())


class Interrupted(World):
    """A world that lets another worker take the job up in the middle of a turn."""

    meddle: Callable[[], None] = staticmethod(lambda: None)

    def at(self, *arguments: Any, **named: Any) -> Any:
        self.meddle()
        return super().at(*arguments, **named)


def test_a_worker_that_was_given_up_writes_nothing_more(house: House) -> None:
    path = house.order("units", many(250)).json["links"]["self"]
    slow = Interrupted(ZONE)
    slow.meddle = lambda: house.sql("UPDATE jobs SET turn = turn + 1")  # type: ignore[method-assign]
    shop = replace(house.shop, desk=replace(house.shop.desk, world=slow))
    assert work_off(shop)
    assert house.sql("SELECT count(*) FROM units WHERE code LIKE 'm.s.c.n%'") == [0]
    assert house.get(path).json["state"] == "running"


def test_a_job_that_breaks_off_again_and_again_has_failed(house: House) -> None:
    path = house.order("units", many(3)).json["links"]["self"]
    house.sql("UPDATE jobs SET state = 'running', attempts = :most", most=MOST_ATTEMPTS)
    work_off(house.shop)
    shown = house.get(path).json
    assert (shown["state"], f"{MOST_ATTEMPTS} times" in shown["failure"]["en"]) == ("failed", True)


def test_a_job_whose_file_is_gone_has_failed(house: House, folder: Path) -> None:
    path = house.order("units", many(3)).json["links"]["self"]
    JobFiles(folder).drop(house.sql("SELECT file_key FROM jobs")[0])
    work_off(house.shop)
    assert "upload it again" in house.get(path).json["failure"]["en"]


def test_a_job_that_nobody_takes_up_is_an_alarm(house: House) -> None:
    house.order("units", many(3))
    with house.shop.desk.transaction() as session:
        assert "jobs_late" not in reconcile(session, city_now(session)).alarms
    house.sql("UPDATE jobs SET created_at = now() - interval '11 minutes'")
    with house.shop.desk.transaction() as session:
        assert reconcile(session, city_now(session)).alarms["jobs_late"] == 1


def test_a_job_goes_after_ninety_days_with_the_rows_that_it_refused(house: House) -> None:
    house.done("units", UNITS + "m.s.c.z,palace,宫,m.s.c\n")
    house.order("units", many(1))
    house.sql("UPDATE jobs SET created_at = now() - interval '91 days', finished_at = finished_at - interval '91 days'")
    with house.shop.desk.transaction() as session:
        assert tidy(session) == 1
    assert house.sql("SELECT state FROM jobs") == ["queued"]
    assert house.sql("SELECT count(*) FROM job_errors") == [0]


def test_a_file_of_no_job_goes_after_an_hour(folder: Path) -> None:
    files = JobFiles(folder)
    kept = files.keep(io.BytesIO(b"x"), "../../etc/passwd")
    assert kept.name == "passwd"
    assert files.path(kept.key, kept.name).read_bytes() == b"x"
    assert (files.drop_others({kept.key}, older_than_s=-1), files.drop_others(set())) == (0, 0)
    assert files.drop_others(set(), older_than_s=-1) == 1
    with pytest.raises(ValueError, match="not the key"):
        files.path("../x", "y")


def test_an_order_rings_for_a_worker_after_its_commit(own_engine: Engine, folder: Path) -> None:
    rung: list[bool] = []
    transaction = Transactions(own_engine, after_order=lambda: rung.append(True))
    with transaction() as session:
        session.info["jobs"] = True
        assert rung == []
    with transaction():
        pass
    assert rung == [True]


def test_the_task_of_the_worker_works_an_order_off(house: House, own_database: str, settings: Settings) -> None:
    path = house.order("units", many(2)).json["links"]["self"]
    configure(runtime_factory(replace(settings, files=house.folder), own_database))
    import_files()
    current().engine.dispose()
    assert house.get(path).json["state"] == "done"
