"""The embedded PostgreSQL: how its data folder is made, how it is started, what it is asked. No tables of ours here.

It listens on a unix socket in a private folder and never on TCP, so every local connection may be trusted.
"""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg

from gridgov.embedded.account import Account, account_for, give
from gridgov.embedded.binaries import postgres_programs
from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.folders import socket_folder, socket_place
from gridgov.embedded.server import Launch, Server, plain_environment, said

DATABASE = "gridgov"
# The folder that the process starts in becomes descriptor 5. It then goes where every user may go, because before
# version 16 the programs leave their folder to look for themselves and have to find the way back.
_BY_DESCRIPTOR = ("/bin/sh", "-c", 'exec 5<. && cd / && exec "$@"', "sh")
_DESCRIPTOR = Path("/proc/self/fd/5")
# A small machine, an idle city and no loss: memory and processes are few, durability is whole.
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "96MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "autovacuum_max_workers": "2",
    "max_worker_processes": "4",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class Postgres(Server):
    """PostgreSQL on `home`/postgres.

    When we are root the server runs as another user, and the folder may lie where that user cannot go (a checkout below
    /root). The data stays there all the same: the process starts inside the folder, opens it as a descriptor and calls
    it by /proc/self/fd, which needs no way there.
    """

    name = "postgres"
    stop_signal = "INT"

    def __init__(self, home: Path, account: Account | None = None, programs: tuple[Path, int] | None = None) -> None:
        """`programs` is a folder of binaries with its major version; found by itself when not given."""
        super().__init__(home, account or account_for(home / self.name))
        self.data = home / self.name
        self._given = programs

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{DATABASE}?host={socket_place(self.home, self.name)}"

    def pid_file(self) -> Path:
        """What PostgreSQL itself writes."""
        return self.data / "postmaster.pid"

    def prepare(self) -> Launch:
        """A cluster to start: made new when there is none.

        Raises EmbeddedError for what is no data folder of ours, and for one of a major version that is not here.
        """
        major = self._major_of_data()
        programs, version = self._given or postgres_programs(self.account, major)
        if major is None:
            self._make_cluster(programs, version)
        give(self.data, self.account)
        sockets = socket_folder(self.home, self.name, self.account)
        self._clear_crash(sockets)
        # The workers of asynchronous reading (18) would idle: three processes less.
        tuning = TUNING | ({"io_method": "sync"} if version >= 18 else {}) | {"unix_socket_directories": str(sockets)}
        options = [word for name, value in tuning.items() for word in ("-c", f"{name}={value}")]
        return Launch(self._command(programs / "postgres", self.data, *options), self.data, sockets)

    def answers(self) -> bool:
        """Whether a client can connect."""
        with suppress(psycopg.OperationalError), self._connection("postgres"):
            return True
        return False

    def complete(self) -> bool:
        """Create the database `gridgov` where it is missing; whether that was so. Raises EmbeddedError."""
        try:
            with self._connection("postgres") as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
            return known is None
        except psycopg.Error as error:
            reason = said(str(error))
            raise EmbeddedError(
                f"PostgreSQL could not make the database {DATABASE} ({reason}).",
                f"PostgreSQL 无法创建数据库 {DATABASE}（{reason}）。",
            ) from None

    def _connection(self, database: str) -> psycopg.Connection:
        host = str(socket_place(self.home, self.name))
        return psycopg.connect(host=host, user="postgres", dbname=database, connect_timeout=5, autocommit=True)

    def _major_of_data(self) -> int | None:
        version = self.data / "PG_VERSION"
        if version.exists():
            return int(version.read_text().split(".")[0])
        if self.data.is_dir() and not any(self.data.iterdir()):
            return None
        if self.data.exists():
            raise EmbeddedError(
                f"{self.data} is not a data folder of PostgreSQL: move it away, or name another folder with "
                "GRIDGOV_HOME.",
                f"{self.data} 不是 PostgreSQL 数据文件夹：请将其移走，或用 GRIDGOV_HOME 指定另一个文件夹。",
            )
        return None

    def _make_cluster(self, programs: Path, version: int) -> None:
        """Make the cluster beside its place and move it there when it is complete: a half one is never started."""
        errors = ""
        for locale in _locales(version):
            fresh = self.home / f"{self.name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            give(fresh, self.account)
            made = self._initdb(programs, fresh, locale)
            if made.returncode == 0:
                fresh.rename(self.data)
                return
            errors = said(made.stderr)
            shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(
            f"PostgreSQL could not make its data folder {self.data} ({errors}).",
            f"PostgreSQL 无法创建数据文件夹 {self.data}（{errors}）。",
        )

    def _initdb(self, programs: Path, folder: Path, locale: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", *locale)
        return subprocess.run(
            self._command(programs / "initdb", folder, *options),
            cwd=folder,
            env=plain_environment(),
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=self.account.groups,
            capture_output=True,
            text=True,
            check=False,
        )

    def _command(self, program: Path, folder: Path, *options: str) -> tuple[str, ...]:
        if self.account.uid is None or not _DESCRIPTOR.parent.exists():
            return (str(program), "-D", str(folder), *options)
        return (*_BY_DESCRIPTOR, str(program), "-D", str(_DESCRIPTOR), *options)

    def _clear_crash(self, sockets: Path) -> None:
        """Remove what names a server that is no more.

        PostgreSQL would refuse to start when the pid in these files now belongs to any process of the same user. Our
        lock says that no server of ours is alive; one that was started by hand works inside the data folder.
        """
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(self.pid_file().read_text().split()[0])
            if _works_in(pid, self.data):
                raise EmbeddedError(
                    f"{self.data} is in use by a PostgreSQL server that was started by hand (process {pid}): stop it.",
                    f"{self.data} 正被手动启动的 PostgreSQL 服务器（进程 {pid}）使用：请先停止它。",
                )
        for file in (self.pid_file(), *sockets.iterdir()):
            file.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    return False


def _locales(version: int) -> tuple[tuple[str, ...], ...]:
    """What to ask of initdb, first choice first: the same order of text on every machine, whatever it has installed."""
    if version >= 17:
        return (("--locale-provider=builtin", "--locale=C.UTF-8"),)
    return (("--locale=C.UTF-8",), ("--locale=C",))
