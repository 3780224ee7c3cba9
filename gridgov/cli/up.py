"""`gridgov up`: the whole city on this machine, in the foreground, until Ctrl-C.

This process lives as long as the city: it imports nothing heavy, and what needs a database is done by a child.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping

import click

from gridgov.cli.readiness import wait_until_ready
from gridgov.embedded.lock import exclusive_home
from gridgov.embedded.log_lines import Log
from gridgov.embedded.port import require_free_port
from gridgov.embedded.program import Program
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.embedded.supervisor import OWN_NAME, Supervisor
from gridgov.settings import Settings, read_settings

GRIDGOV = (sys.executable, "-m", "gridgov.cli")
# The name in the log, and the command.
PROGRAMS = {"web": "web", "sweeper": "sweep", "worker": "work", "beat": "beat"}
# glibc's eight arenas per core would cost each process tens of megabytes and gain a gthread server nothing.
SMALL_HEAPS = {"MALLOC_ARENA_MAX": "2"}
# Our log is read by people: it puts time and program in front itself.
READABLE = {"GRIDGOV_LOG": "plain"}


@click.command
def up() -> None:
    """Run everything: servers (our own unless DATABASE_URL and REDIS_URL are set), web, sweeper, worker and beat.

    A new database of our own gets the demonstration city, with its logins printed. Ctrl-C stops all.
    """
    settings = read_settings(os.environ)
    with exclusive_home(settings):
        require_free_port(settings.host, settings.port)
        with servers_for(settings) as urls:
            code = _run(settings, urls)
    sys.exit(code)


def _run(settings: Settings, urls: ServerUrls) -> int:
    """The exit code, once the city has been stopped or could not be prepared."""
    prepared = subprocess.run((*GRIDGOV, "prepare"), stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if prepared.returncode != 0:
        return 1
    log = Log(sys.stdout, (OWN_NAME, *PROGRAMS))
    programs = [Program(name, (*GRIDGOV, command)) for name, command in PROGRAMS.items()]
    supervisor = Supervisor(programs, _environment(os.environ, settings, urls), log)
    greeting = [f"ready, 已就绪: {settings.public_url}/ (Ctrl-C stops, 按 Ctrl-C 停止)", *prepared.stdout.splitlines()]
    ended = threading.Event()
    threading.Thread(target=_greet, args=(settings, log, greeting, ended), daemon=True).start()
    try:
        return supervisor.run()
    finally:
        ended.set()


def _environment(environ: Mapping[str, str], settings: Settings, urls: ServerUrls) -> dict[str, str]:
    """What the programs see: the servers that run already, and the data folder however they are started."""
    places = {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url, "GRIDGOV_HOME": str(settings.home)}
    return {**SMALL_HEAPS, **READABLE, **environ, **places, "PYTHONUTF8": "1"}


def _greet(settings: Settings, log: Log, lines: list[str], ended: threading.Event) -> None:
    if wait_until_ready(settings.host, settings.port, ended.is_set):
        for line in lines:
            log.line(OWN_NAME, line)
