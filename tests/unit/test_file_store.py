"""Files by what is in them: whole or not there, kept while they are put anew, gone when nobody needs them."""

import hashlib
import os
from pathlib import Path

import pytest

from gridgov.adapters.file_store import DRAFTS, FileStore

DATA = b"a photo"
DIGEST = hashlib.sha256(DATA).hexdigest()


def aged(store: FileStore, digest: str, moment: float) -> None:
    os.utime(store.path(digest), (moment, moment))


def test_a_file_is_found_by_its_content_and_lies_in_a_fan_of_folders(folder: Path) -> None:
    store = FileStore(folder / "files")
    assert store.put(DATA) == store.put(DATA) == DIGEST
    assert store.read(DIGEST) == DATA
    assert store.path(DIGEST) == folder / "files" / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert store.path(DIGEST).stat().st_mode & 0o077 == 0
    assert list((folder / "files" / DRAFTS).iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "abc", DIGEST.upper(), DIGEST + "\n", "/" + DIGEST[1:]])
def test_only_a_sha256_names_a_file(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FileStore(folder).read(name)


def test_a_file_that_was_changed_is_not_sound(folder: Path) -> None:
    store = FileStore(folder)
    store.put(DATA)
    assert store.is_sound(DIGEST)
    store.path(DIGEST).write_bytes(b"another")
    assert not store.is_sound(DIGEST)
    assert not store.is_sound("0" * 64)


def test_only_what_nobody_put_again_goes(folder: Path) -> None:
    store = FileStore(folder)
    old, fresh = store.put(b"old"), store.put(b"fresh")
    for digest in (old, fresh):
        aged(store, digest, 1_000)
    assert set(store.older_than(2_000)) == {old, fresh}
    store.put(b"fresh")
    assert [store.discard(digest, 2_000) for digest in (old, fresh, "0" * 64)] == [True, False, False]
    assert (store.is_sound(old), store.is_sound(fresh)) == (False, True)


def test_what_a_dead_process_left_half_written_goes(folder: Path) -> None:
    store = FileStore(folder)
    store.put(DATA)
    draft = folder / DRAFTS / "tmp1"
    draft.write_bytes(b"half")
    os.utime(draft, (1_000, 1_000))
    assert (store.drop_drafts(500), store.drop_drafts(2_000)) == (0, 1)
    assert store.is_sound(DIGEST)
