"""`gridgov up`: the whole city on this machine, in the foreground, until Ctrl-C.

This process lives as long as the city: it imports nothing heavy, and what needs a database is done by a child.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import NoReturn

import click

from gridgov.adapters.demo_logins import FILE_NAME
from gridgov.cli.readiness import wait_until_ready
from gridgov.embedded.lock import exclusive_home
from gridgov.embedded.log_lines import Log
from gridgov.embedded.port import require_free_port
from gridgov.embedded.program import Program
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.embedded.supervisor import OWN_NAME, Supervisor
from gridgov.settings import Settings, read_settings

GRIDGOV = (sys.executable, "-m", "gridgov.cli")
PLAYER = "demo"
FOREIGN = (
    "--demo plays on the embedded server only: unset DATABASE_URL, so that no real city is filled with made-up cases. "
    "--demo 只能在内置数据库上演示，请取消 DATABASE_URL。"
)
OWN_CITY = (
    "--demo plays in the demonstration city only, and this data folder holds a city of your own: set GRIDGOV_HOME to "
    "a new folder. --demo 只能在演示城市运行，请用 GRIDGOV_HOME 指定新目录。"
)
# The name in the log, and the command.
PROGRAMS = {"web": "web", "sweeper": "sweep", "worker": "work", "beat": "beat"}
# glibc's eight arenas per core would cost each process tens of megabytes and gain a gthread server nothing.
SMALL_HEAPS = {"MALLOC_ARENA_MAX": "2"}
# Our log is read by people: it puts time and program in front itself.
READABLE = {"GRIDGOV_LOG": "plain"}


@click.command
@click.option("--demo", is_flag=True, help="Let the demonstration's people act, and sum up at the end.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The seed of their script.")
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), default=240, show_default=True, help="Their reports per day."
)
def up(demo: bool, seed: int, rate: float) -> None:
    """Run everything: servers (our own unless DATABASE_URL and REDIS_URL are set), web, sweeper, worker and beat.

    A new database of our own gets the demonstration city, with its logins printed. Ctrl-C stops all.
    With --demo the city is alive: set GRIDGOV_SPEED (such as 600) to see its days go by.
    """
    settings = read_settings(os.environ)
    if demo and settings.database_url is not None:
        _refuse(FOREIGN)
    with exclusive_home(settings):
        require_free_port(settings.host, settings.port)
        with servers_for(settings) as urls:
            code = _run(settings, urls, ("play", "--seed", str(seed), "--rate", str(rate)) if demo else None)
    sys.exit(code)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)


def _run(settings: Settings, urls: ServerUrls, player: tuple[str, ...] | None) -> int:
    """The exit code, once the city has been stopped or could not be prepared; `player` is its command, if any."""
    prepared = subprocess.run((*GRIDGOV, "prepare"), stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if prepared.returncode != 0:
        return 1
    if player is not None and not (settings.home / FILE_NAME).exists():
        _refuse(OWN_CITY)
    commands = {name: (command,) for name, command in PROGRAMS.items()} | ({PLAYER: player} if player else {})
    log = Log(sys.stdout, (OWN_NAME, *commands))
    programs = [Program(name, (*GRIDGOV, *command)) for name, command in commands.items()]
    supervisor = Supervisor(programs, _environment(os.environ, settings, urls), log)
    greeting = [f"ready, 已就绪: {settings.public_url}/ (Ctrl-C stops, 按 Ctrl-C 停止)", *prepared.stdout.splitlines()]
    ended = threading.Event()
    threading.Thread(target=_greet, args=(settings, log, greeting, ended), daemon=True).start()
    try:
        return supervisor.run()
    finally:
        ended.set()
        if player is not None:
            _sum_up(log)


def _sum_up(log: Log) -> None:
    """What came of the demonstration, while the servers still run."""
    summed = subprocess.run((*GRIDGOV, "played"), stdout=subprocess.PIPE, encoding="utf-8", check=False)
    for line in summed.stdout.splitlines():
        log.line(PLAYER, line)


def _environment(environ: Mapping[str, str], settings: Settings, urls: ServerUrls) -> dict[str, str]:
    """What the programs see: the servers that run already, and the data folder however they are started."""
    places = {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url, "GRIDGOV_HOME": str(settings.home)}
    return {**SMALL_HEAPS, **READABLE, **environ, **places, "PYTHONUTF8": "1"}


def _greet(settings: Settings, log: Log, lines: list[str], ended: threading.Event) -> None:
    if wait_until_ready(settings.host, settings.port, ended.is_set):
        for line in lines:
            log.line(OWN_NAME, line)
