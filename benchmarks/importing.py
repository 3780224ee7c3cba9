"""How many rows a second an import brings in: a generated file of the shape of Boston's service requests."""

import csv
import json
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.house import House

HEADERS = (
    *("CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON"),
    *("CASE_TITLE", "SUBJECT", "REASON", "TYPE", "QUEUE", "Department", "Location", "LOCATION_STREET_NAME"),
    *("LOCATION_ZIPCODE", "LATITUDE", "LONGITUDE", "Source"),
)
TYPES = ("Street Light Knock Downs", "Abandoned Vehicles", "Rodent Activity", "Request for Pothole Repair", "Sidewalk")
REASON = "Case Closed. Case Resolved The crew looked at the place, took away what lay there and made the area safe. "
FIRST_DAY = datetime(2022, 1, 3, 8, 0)  # noqa: DTZ001  # the file's stamps have no zone, as Boston's have none


def write_file(path: Path, rows: int) -> None:
    """A file of that many rows, the same each time: four of five closed, most of those in time."""
    chance = random.Random(311)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_row(number, chance) for number in range(rows))


def _row(number: int, chance: random.Random) -> list[str]:
    opened = FIRST_DAY + timedelta(minutes=7 * number)
    target = opened + timedelta(days=chance.choice((1, 2, 7, 30)))
    closed = opened + timedelta(hours=chance.uniform(1, 200)) if chance.random() < 0.8 else None
    kind, street = chance.choice(TYPES), f"{chance.randrange(1, 900)} Washington St"
    on_time = "ONTIME" if closed is not None and closed <= target else "OVERDUE"
    where = [f"{street}  Roxbury  MA  02119", street, "02119", f"{chance.uniform(42.2, 42.4):.6f}"]
    texts = [REASON if closed else "", kind, "Public Works Department", kind, kind, f"PWDx_{kind}", "PWDx"]
    times = [str(opened), str(target), f"{closed:%Y-%m-%d %H:%M:%S}" if closed else "", on_time]
    state = "Closed" if closed else "Open"
    return [str(101_004_000_000 + number), *times, state, *texts, *where, "-71.060000", "Citizens Connect App"]


def measure_import(house: House, database: str, rows: int) -> float:
    """The rows per second that `gridgov import cases` prints. Raises CalledProcessError when it fails."""
    path = house.settings.home / "requests.csv"
    write_file(path, rows)
    command = (sys.executable, "-m", "gridgov.cli", "import", "cases", str(path), "--mapping", "boston311", "--json")
    environ = {**os.environ, **house.environ(database)}
    done = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    if found["cases"] != rows:
        raise RuntimeError(f"{found['cases']} of {rows} rows became cases")
    return float(found["rows_per_second"])
