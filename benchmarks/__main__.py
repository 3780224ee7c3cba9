"""`make bench`: everything that issue 2 asks for under "Speed and size", in about ten minutes; `--quick` in two."""

import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import click
from sqlalchemy import text

from benchmarks.bare import TABLES
from benchmarks.fill import Copy, fill, multiply
from benchmarks.house import House, bench_house, make_city, settle
from benchmarks.idle import measure_idle
from benchmarks.importing import measure_import
from benchmarks.lives import write_lives
from benchmarks.load import drive
from benchmarks.report import Line, write
from benchmarks.serving import bare_server, our_server
from benchmarks.speed import Callers, Compared, Work, against_bare, compare, make_callers, reads, writes
from benchmarks.sweeping import measure_sweep
from gridgov.db.session import city_now
from gridgov.services.world import World

COMPOUNDS = 40
TARGETS = {
    "report": (0.20, 0.35),
    "comment": (0.20, 0.35),
    "acknowledge": (0.20, 0.35),
    "list of 25": (0.40, None),
    "detail": (0.30, None),
}
EMPTY, SMALL, LARGE = "bench_empty", "bench_small", "bench_large"
PARTS = ("http", "scale", "sweep", "import", "idle")


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    small: int
    large: int
    dispatched: int
    overdue: int
    imported: int
    idle_s: float


FULL = Plan(7, 1.5, 10_000, 200_000, 8_000, 100_000, 20_000, 30)
QUICK = Plan(3, 1.0, 2_000, 20_000, 2_000, 5_000, 3_000, 5)


@click.command
@click.option("--quick", is_flag=True, help="Small sets, few rounds; nothing is written to docs.")
@click.option("--cases", type=click.IntRange(100), help="How many overdue cases the sweeper gets.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="One part; nothing is written to docs.")
def main(quick: bool, cases: int | None, only: tuple[str, ...]) -> None:
    """Measure speed and size against bare limits in the same run."""
    plan = QUICK if quick else FULL
    lines: list[Line] = []
    with bench_house() as house:
        bench = Bench(house, plan, cases or plan.overdue)
        bench.prepare()
        for part in only or PARTS:
            for line in bench.parts[part]():
                click.echo(line.as_row())
                lines.append(line)
        version = house.version()
    if not (quick or only or cases):
        write(lines, version, shlex.join(("python", "-m", "benchmarks", *sys.argv[1:])))


class Bench:
    """One run: its house, and the cases that the others are copies of."""

    def __init__(self, house: House, plan: Plan, overdue: int) -> None:
        """`overdue` is the number of cases for the sweeper."""
        self.house, self.plan, self.overdue = house, plan, overdue
        self.lives: dict[str, list[int]] = {}
        self.world = World(house.settings.timezone)
        self.parts: dict[str, Callable[[], Iterator[Line]]] = {
            "http": self.http,
            "scale": self.scale,
            "sweep": self.sweep,
            "import": self.imports,
            "idle": self.idle,
        }

    def prepare(self) -> None:
        """The demonstration city with a few lived cases, and a copy with as many as the small size has."""
        make_city(self.house, EMPTY)
        with self.house.runtime(EMPTY) as runtime, runtime.transaction() as session:
            self.lives = write_lives(session, self.world, runtime.sealer, city_now(session), COMPOUNDS)
        self.house.copy(EMPTY, SMALL)
        self._fill(SMALL, self.plan.small)

    def _fill(self, database: str, count: int) -> None:
        with self.house.runtime(database) as runtime:
            with runtime.transaction() as session:
                fill(session, self.lives, count, city_now(session))
            settle(runtime.engine)

    def http(self) -> Iterator[Line]:
        """Reads and writes against the bare view, on a copy of the small city."""
        database = "bench_http"
        self.house.copy(SMALL, database)
        works = self._works(database)
        with bare_server(self.house, database) as bare, our_server(self.house, database) as ours:
            for work in works:
                drive(bare, work.bare, work.bare_status, self.plan.seconds)
                drive(ours, work.ours, work.status, self.plan.seconds)
                yield _ratio(against_bare(work, bare, ours, self.plan.rounds, self.plan.seconds))
        self.house.drop(database)

    def _works(self, database: str) -> list[Work]:
        with self.house.runtime(database) as runtime:
            with runtime.transaction() as session:
                now = city_now(session)
                sent = self.lives["dispatched"]
                minutes = (timedelta(minutes=60 * n / self.plan.dispatched) for n in range(self.plan.dispatched))
                multiply(session, [Copy(sent[n % len(sent)], shift) for n, shift in enumerate(minutes)], now)
                tree = self.world.at(session, now).tree
                callers = make_callers(session, tree)
                for statement in TABLES:
                    session.execute(text(statement))
            settle(runtime.engine)
            with runtime.transaction() as session:
                return [*reads(session, callers), *writes(session, callers, tree)]

    def scale(self) -> Iterator[Line]:
        """The time of a read in the large city, as a multiple of the small one's."""
        self.house.copy(SMALL, LARGE)
        self._fill(LARGE, self.plan.large - self.plan.small)
        small, large = self._reads(SMALL), self._reads(LARGE)
        with our_server(self.house, SMALL) as few, our_server(self.house, LARGE) as many:
            for one, other in zip(small, large, strict=True):
                yield self._slower(one, other, few, many)
        self.house.drop(LARGE)

    def _reads(self, database: str) -> list[Work]:
        with self.house.runtime(database) as runtime, runtime.transaction() as session:
            callers: Callers = make_callers(session, self.world.at(session, city_now(session)).tree)
            return reads(session, callers)

    def _slower(self, small: Work, large: Work, few: int, many: int) -> Line:
        seconds = self.plan.seconds
        drive(few, small.ours, 200, seconds)
        drive(many, large.ours, 200, seconds)
        found = compare(
            small.name,
            lambda: drive(few, small.ours, 200, seconds),
            lambda: drive(many, large.ours, 200, seconds),
            self.plan.rounds,
        )
        what = f"{found.name}, {self.plan.large:,} cases for {self.plan.small:,} (time)"
        return Line(what, *_rates(found), 1 / found.ratio, 1.2, unit=" ×", at_most=True)

    def sweep(self) -> Iterator[Line]:
        """The sweeper against one statement."""
        found = measure_sweep(self.house, EMPTY, self.lives["reported"], self.overdue)
        what = f"escalate {found.cases:,} overdue cases (time)"
        ratio = found.sweeper_s / found.statement_s
        limit, ours = f"{found.statement_s:.1f} s", f"{found.sweeper_s:.1f} s"
        yield Line(what, limit, ours, ratio, 8, 5, unit=" ×", at_most=True)

    def imports(self) -> Iterator[Line]:
        """Rows of a generated file."""
        self.house.copy(EMPTY, "bench_import")
        rate = measure_import(self.house, "bench_import", self.plan.imported)
        yield Line(f"import of {self.plan.imported:,} rows", "", "", rate, 1_000, unit=" rows/s")
        self.house.drop("bench_import")

    def idle(self) -> Iterator[Line]:
        """A city in which nothing happens."""
        found = measure_idle(self.plan.idle_s)
        ours = f"{found.processes} processes"
        yield Line(
            "`gridgov up` idle, memory with PostgreSQL", "", ours, found.pss_mb, 600, unit=" MB PSS", at_most=True
        )
        yield Line("`gridgov up` idle, processor", "", ours, found.cpu_percent, 3, unit=" % of a core", at_most=True)


def _ratio(found: Compared) -> Line:
    target, aim = TARGETS[found.name]
    return Line(found.name, *_rates(found), found.ratio, target, aim)


def _rates(found: Compared) -> tuple[str, str]:
    return f"{found.base_rps:.0f}/s", f"{found.ours_rps:.0f}/s"


if __name__ == "__main__":
    main()
