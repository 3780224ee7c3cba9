"""The results as JSON and as a table for docs/benchmarks.md. What is measured: the modules beside this one."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE, RAW = ROOT / "docs" / "benchmarks.md", ROOT / "benchmarks" / "results.json"

HEAD = """# Benchmarks

Ratios against a bare limit of the same run, on the same machine and the same PostgreSQL: how far the house is from
the least that such a request can cost. What is bare, and what is left out: see
[benchmarks/README.md](../benchmarks/README.md). This file is written by the run; do not edit it.

| what | bare limit | gridgov | measured | target | aim | |
|---|---:|---:|---:|---:|---:|---|
"""


@dataclass(frozen=True)
class Line:
    """A measured number: the limit it is held against, our own figure, and what was asked of it."""

    what: str
    limit: str
    ours: str
    measured: float
    target: float
    aim: float | None = None
    unit: str = ""
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target if self.at_most else self.measured >= self.target

    def as_row(self) -> str:
        """The line of the table."""
        sign, aim = ("≤" if self.at_most else "≥"), "" if self.aim is None else f"{self.aim:g}"
        measured = f"{self.measured:.0f}" if self.measured >= 100 else f"{self.measured:.2f}"
        wanted = f"{sign} {self.target:g}{self.unit}"
        cells = (self.what, self.limit, self.ours, f"{measured}{self.unit}", wanted, aim, "" if self.met else "below")
        return f"| {' | '.join(cells)} |"


def write(lines: Sequence[Line], postgres: str, command: str) -> None:
    """Both files, for a full run."""
    machine = _machine(postgres)
    rows = "\n".join(line.as_row() for line in lines)
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    TABLE.write_text(f"{HEAD}{rows}\n\nCommand: `{command}`\n\n{facts}\n", encoding="utf-8")
    plain = {"command": command, "machine": machine, "lines": [asdict(line) | {"met": line.met} for line in lines]}
    RAW.write_text(json.dumps(plain, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _machine(postgres: str) -> dict[str, str]:
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}",
        "load average at the end (1, 5, 15 min)": load,
        "versions": f"Python {platform.python_version()}, PostgreSQL {postgres}",
    }
