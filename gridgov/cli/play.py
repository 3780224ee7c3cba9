"""`gridgov play` and `gridgov played`: what `gridgov up --demo` runs beside the city, and at its end."""

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click

from gridgov.adapters.demo_logins import FILE_NAME
from gridgov.bootstrap import Runtime, make_runtime
from gridgov.cli.running import running_city
from gridgov.cli.sweep import LOG_FORMAT
from gridgov.cli.up import OWN_CITY
from gridgov.db.session import city_now
from gridgov.demo.photo import demonstration_photo
from gridgov.demo.play import Player, Stage
from gridgov.demo.script import Script
from gridgov.demo.summary import summary_of
from gridgov.embedded.servers import servers_for
from gridgov.services.doctor import Problem, run_doctor
from gridgov.services.uploads import store_picture
from gridgov.services.world import World
from gridgov.settings import read_settings
from workers.loop import Loop
from workers.stop import Stop

URGENT = frozenset({"P1", "P2"})
REST_SECONDS = 0.25
TURN_SECONDS = 0.5
BUSY = 1000
REFUSED = "demo-refused"
"""The file in the data folder that counts what was refused: a line each, action and code."""
SHOWN = 20


@click.command(hidden=True)
@click.option("--seed", type=int, default=1)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), default=240)
def play(seed: int, rate: float) -> None:
    """Let the demonstration's people act, until a signal ends it. Raises ValueError in a city that is a real one."""
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format=LOG_FORMAT)
    settings, stop = read_settings(os.environ), Stop()
    if not (settings.home / FILE_NAME).exists():
        raise ValueError(OWN_CITY)
    stop.on_signals()
    with servers_for(settings) as urls:
        runtime = make_runtime(settings, urls.database_url, pool_size=1)
        Loop("player", runtime.transaction, _Turns(runtime, seed, rate, stop), REST_SECONDS, full=BUSY).run(stop)
        runtime.engine.dispose()


class _Turns:
    """One turn of the player after the other; the player begins when the database first answers."""

    def __init__(self, runtime: Runtime, seed: int, rate: float, stop: Stop) -> None:
        self._runtime, self._seed, self._rate, self._stop = runtime, seed, rate, stop
        self._player: Player | None = None

    def __call__(self) -> int:
        with self._runtime.transaction() as session:
            now = city_now(session)
        if self._player is None:
            self._player = self._begin()
        return BUSY if self._player.play(now, TURN_SECONDS) and not self._stop.within(0) else 0

    def _begin(self) -> Player:
        runtime, world = self._runtime, World(self._runtime.settings.timezone)
        with runtime.transaction() as session:
            catalogue = world.at(session, city_now(session)).catalogue
        urgent = frozenset(each.code for each in catalogue.categories if each.priority in URGENT)
        photo = store_picture(runtime.files, demonstration_photo())
        refuse = _refusing(runtime.settings.home / REFUSED)
        stage = Stage(runtime.transaction, world, runtime.sealer, photo, click.echo, refuse)
        return Player(stage, Script(self._seed, self._rate, runtime.settings.timezone, urgent))


def _refusing(path: Path) -> Callable[[str, str], None]:
    def refuse(action: str, code: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{action} {code}\n")

    return refuse


@click.command(hidden=True)
def played() -> None:
    """Say what came of the demonstration, and whether doctor finds anything."""
    with running_city() as runtime:
        for line in _lines(runtime):
            click.echo(line)


def _lines(runtime: Runtime) -> list[str]:
    path, world = runtime.settings.home / REFUSED, World(runtime.settings.timezone)
    refused = Counter(path.read_text(encoding="utf-8").splitlines() if path.exists() else ())
    with runtime.transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        now = city_now(session)
        lines = summary_of(session, now, refused)
        found = run_doctor(session, world, now, files=runtime.files)
    return [*lines, *_diagnosis(found)]


def _diagnosis(found: list[Problem]) -> list[str]:
    wrong = [each for each in found if not each.warning]
    named = [f"doctor: {each.invariant} {each.case_number}: {each.sentence}" for each in wrong[:SHOWN]]
    verdict = f"doctor found {len(wrong)} problems 发现问题" if wrong else "doctor is clean 体检正常"
    return [*named, f"{verdict}; warnings 提醒 {len(found) - len(wrong)}"]
