"""docker-compose.yml and the Dockerfile, held against the command line and the settings; no engine is needed for it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from gridgov.adapters.broker import QUEUES, celery_settings
from gridgov.cli import main
from gridgov.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "gridgov"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
GIVEN = {"POSTGRES_PASSWORD": "pw", "GRIDGOV_SECRET_KEY": "key"}


class Asked(Mapping[str, str]):
    """An empty environment that remembers which names were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def names_of_the_settings() -> set[str]:
    asked = Asked()
    read_settings(asked)
    return asked.names


def image_environment() -> dict[str, str]:
    line = next(line for line in DOCKERFILE.splitlines() if line.startswith("ENV "))
    return dict(pair.split("=", 1) for pair in line.removeprefix("ENV ").split())


def filled(text: str) -> str:
    """What compose makes of `text` when only the two secrets are given."""

    def value(match: re.Match[str]) -> str:
        name, mark, rest = match.groups()
        return GIVEN[name] if mark == "?" else GIVEN.get(name, rest or "")

    return VARIABLE.sub(value, text)


def settings_in(service: str) -> Settings:
    own = {name: filled(value) for name, value in OURS[service]["environment"].items()}
    return read_settings({**image_environment(), **own})


def parsed(argv: list[str]) -> click.Context:
    """The command that `argv` names, with its arguments read. Raises click.UsageError for what the CLI lacks."""
    assert argv[0] == "gridgov"
    context = main.make_context("gridgov", list(argv[1:]))
    name, command, rest = main.resolve_command(context, argv[1:])
    assert command is not None
    return command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_one_that_gridgov_has(service: str) -> None:
    assert parsed(OURS[service]["command"]).info_name == OURS[service]["command"][1]


@pytest.mark.parametrize("service", [name for name, one in OURS.items() if one.get("healthcheck", {}).get("test")])
def test_every_health_check_asks_something_that_is_there(service: str) -> None:
    kind, *argv = OURS[service]["healthcheck"]["test"]
    assert kind == "CMD"
    if argv[0] == "gridgov":
        assert parsed(argv).info_name == "pulse"
    else:
        compile(argv[2], "health check", "exec")
        assert f":{settings_in(service).port}/readyz" in argv[2]


def test_a_misspelt_command_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        parsed(["gridgov", "sweeep"])
    with pytest.raises(click.UsageError):
        parsed(["gridgov", "work", "--queue-names", "urgent"])


def test_every_variable_is_one_that_the_settings_read() -> None:
    known = names_of_the_settings()
    assert "GRIDGOV_CITY" in known
    for service in OURS.values():
        assert set(service["environment"]) <= known
    assert {name for name in image_environment() if name.startswith("GRIDGOV_")} <= known


def test_what_an_operator_may_set_can_be_set() -> None:
    fixed = {"GRIDGOV_HOME", "GRIDGOV_HOST", "GRIDGOV_PORT", "GRIDGOV_FILES"}
    only_embedded = {"GRIDGOV_SPEED"}
    for service in OURS.values():
        assert set(service["environment"]) == names_of_the_settings() - fixed - only_embedded


@pytest.mark.parametrize("service", OURS)
def test_the_values_are_ones_that_the_settings_accept(service: str) -> None:
    settings = settings_in(service)
    assert settings.database_url == "postgresql://gridgov:pw@postgres:5432/gridgov"
    assert settings.secret_key == "key"
    assert celery_settings(settings.redis_url or "")["broker_url"] == "redis://valkey:6379/0"


def test_the_published_port_is_the_one_that_the_web_listens_on() -> None:
    settings = settings_in("web")
    assert settings.host == "0.0.0.0"
    assert [port.rsplit(":", 1)[1] for port in OURS["web"]["ports"]] == [str(settings.port)]
    assert f"EXPOSE {settings.port}\n" in DOCKERFILE
    assert all("ports" not in service for name, service in SERVICES.items() if name != "web")


def test_every_program_of_up_runs_here_too() -> None:
    commands = [service["command"][1] for service in OURS.values()]
    assert set(commands) == {"migrate", "web", "sweep", "work", "beat"}
    assert SERVICES["sweeper"]["deploy"]["replicas"] == 2


def test_every_queue_has_a_worker_of_its_own() -> None:
    queues = [parsed(one["command"]).params["queues"] for one in OURS.values() if one["command"][1] == "work"]
    assert sorted(queues) == sorted(QUEUES)


def test_everything_waits_for_the_tables_and_nothing_for_the_broker() -> None:
    for name, service in OURS.items():
        waits_for = {other: how["condition"] for other, how in service["depends_on"].items()}
        expected = (
            {"postgres": "service_healthy"} if name == "migrate" else {"migrate": "service_completed_successfully"}
        )
        assert waits_for == expected


def test_everything_that_lives_long_is_restarted_and_watched() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert name in {"migrate", "beat"} or service["healthcheck"]["test"][0] == "CMD"


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("PASSWORD", "SECRET", "DATABASE_URL")):
                assert VARIABLE.search(value), name


def test_every_volume_is_declared() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_image_takes_hashed_wheels_and_runs_without_rights() -> None:
    assert "pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.txt" in DOCKERFILE
    assert DOCKERFILE.index("USER gridgov") < DOCKERFILE.index("CMD ")
    needed = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    let_in = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    assert {name for line in needed for name in line.split()} == let_in
