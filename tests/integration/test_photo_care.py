"""What happens to photos that nobody attaches, to files without a row, and to rows whose file or proof is gone."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.db.models import CaseEvent, Upload
from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, GRID
from gridgov.services.doctor import Problem, run_doctor
from gridgov.services.files import GRACE, sweep_files
from gridgov.services.housekeeping import tidy
from gridgov.services.reconcile import reconcile
from gridgov.services.uploads import record, store_picture, uploader_of
from tests.factories import MONDAY_NINE, City, make_city
from tests.photos import photo

NOW = datetime.now(UTC)
OLD = NOW - GRACE - timedelta(hours=1)


@pytest.fixture
def city(session: Session) -> City:
    """The model city."""
    return make_city(session)


@pytest.fixture
def files(folder: Path) -> FileStore:
    """A folder of the test's own."""
    return FileStore(folder)


def uploaded(city: City, files: FileStore, color: str = "teal", at: datetime = NOW) -> Upload:
    """A real photo of the grid worker's, as old as `at` says: its row and its files."""
    stored = store_picture(files, photo(color=color))
    row, fresh = record(city.session, uploader_of(city.person(GRID)), uuid4(), stored, at)
    assert fresh
    for digest in (row.stored_sha256, row.thumb_sha256):
        os.utime(files.path(digest), (at.timestamp(), at.timestamp()))
    return row


def attached(city: City, files: FileStore) -> tuple[int, Upload]:
    """A case with a photo from the day before yesterday."""
    case_id, row = city.report(), uploaded(city, files, at=OLD)
    values = {"case_id": case_id, "event_seq": 1, "shows": "before", "attached_at": MONDAY_NINE}
    city.session.execute(update(Upload).where(Upload.id == row.id).values(**values))
    return case_id, row


def ids(city: City) -> set[UUID]:
    """The uploads that there are."""
    return set(city.session.scalars(select(Upload.id)))


def doctor(city: City, files: FileStore) -> list[Problem]:
    """What doctor says of the photos."""
    city.session.flush()
    return run_doctor(city.session, city.world, MONDAY_NINE + timedelta(minutes=1), files=files)


def proved(city: City, files: FileStore) -> tuple[int, Upload]:
    """A case whose report names its photo."""
    row = uploaded(city, files)
    return city.report(actor=city.person(GRID), attachments=(row.id,)), row


def test_an_upload_that_nobody_attaches_goes_after_a_day(city: City, files: FileStore) -> None:
    old, fresh = uploaded(city, files, at=OLD), uploaded(city, files)
    case_id, used = attached(city, files)
    assert tidy(city.session) == 1
    assert ids(city) == {fresh.id, used.id}
    assert old.id not in ids(city)
    assert city.case(case_id).state == "reported"


def test_a_file_goes_when_no_row_names_it_any_more(own_engine: object, files: FileStore) -> None:
    transaction = Transactions(own_engine)  # type: ignore[arg-type]
    with transaction() as session:
        city = make_city(session)
        old, shared = uploaded(city, files, "navy", OLD), uploaded(city, files, "olive", OLD)
        attached(city, files)
        twin = uploaded(city, files, "olive")
        stale = shared.id
    for digest in (twin.stored_sha256, twin.thumb_sha256):
        os.utime(files.path(digest), (OLD.timestamp(), OLD.timestamp()))
    assert sweep_files(transaction, files, NOW.timestamp()) == 0
    with transaction() as session:
        assert tidy(session) == 2
        assert session.get(Upload, stale) is None
    assert sweep_files(transaction, files, NOW.timestamp()) == 2
    assert not files.path(old.stored_sha256).exists()
    assert files.is_sound(twin.stored_sha256)
    assert sweep_files(transaction, files, NOW.timestamp()) == 0


def test_a_file_that_was_just_written_waits_for_its_row(own_engine: object, files: FileStore) -> None:
    stored = store_picture(files, photo())
    assert sweep_files(Transactions(own_engine), files, NOW.timestamp()) == 0  # type: ignore[arg-type]
    assert files.is_sound(stored.stored_sha256)


def test_doctor_is_silent_on_photos_that_are_as_they_were(city: City, files: FileStore) -> None:
    proved(city, files)
    uploaded(city, files)
    assert doctor(city, files) == []
    assert "photos_without_file" not in reconcile(city.session, NOW, files).alarms


@pytest.mark.parametrize("thumb", [False, True])
def test_a_lost_or_changed_file_is_found(city: City, files: FileStore, thumb: bool) -> None:
    case_id, row = proved(city, files)
    path = files.path(row.thumb_sha256 if thumb else row.stored_sha256)
    path.write_bytes(b"something else")
    (problem,) = doctor(city, files)
    assert (problem.invariant, problem.case_number) == ("I7", city.case(case_id).number)
    assert str(row.id) in problem.sentence
    path.unlink()
    assert len(doctor(city, files)) == 1
    assert reconcile(city.session, NOW, files).alarms["photos_without_file"] == 1


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM uploads",
        "UPDATE uploads SET stored_sha256 = repeat('1', 64)",
        "UPDATE uploads SET event_seq = 2",
        "UPDATE uploads SET case_id = NULL, event_seq = NULL, shows = NULL, attached_at = NULL",
    ],
)
def test_a_row_that_is_not_as_its_event_says_is_found(city: City, files: FileStore, damage: str) -> None:
    case_id, row = proved(city, files)
    city.act(case_id, "accept", city.person(BRANCH))
    city.session.execute(text(damage))
    found = doctor(city, files)
    assert {problem.invariant for problem in found} == {"I7"}
    assert any(str(row.id) in problem.sentence for problem in found)


def test_a_photo_that_was_smuggled_into_a_case_is_found(city: City, files: FileStore) -> None:
    _, row = attached(city, files)
    (problem,) = doctor(city, files)
    assert str(row.id) in problem.sentence


def test_a_photo_taken_out_of_an_event_breaks_the_chain(city: City, files: FileStore) -> None:
    case_id, _ = proved(city, files)
    event = city.session.get_one(CaseEvent, (case_id, 1))
    event.data = {}
    assert {problem.invariant for problem in doctor(city, files)} == {"I7"}
    assert len(doctor(city, files)) == 2


def test_files_that_belong_to_nothing_are_a_warning(city: City, files: FileStore) -> None:
    digest = files.put(b"stray")
    os.utime(files.path(digest), (OLD.timestamp(), OLD.timestamp()))
    (problem,) = doctor(city, files)
    assert problem.warning
    assert "1 files" in problem.sentence
