"""How often residents may ask: counted together on Valkey, alone without it; no request fails or waits for it."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine

from gridgov.adapters.rate_limits import RateLimits
from gridgov.domain.model_city import COMPOUND
from gridgov.embedded.servers import ServerUrls
from gridgov.embedded.valkey import redis_py_url
from gridgov.settings import Settings, read_settings
from tests.http_client import Client, make_client
from tests.integration.processes import own_valkey
from tests.residents import Resident, make_resident

SLOWEST_S = 2.0


@pytest.fixture(params=["valkey", "none", "gone", "silent"])
def resident(
    request: pytest.FixtureRequest, own_engine: Engine, settings: Settings, servers: ServerUrls, silent_url: str
) -> Resident:
    """Somebody before the model building, whatever has become of Valkey."""
    urls = {"valkey": servers.redis_url, "none": None, "gone": "redis://127.0.0.1:1", "silent": silent_url}
    found = make_resident(make_client(own_engine, replace(settings, redis_url=urls[request.param])))
    # Valkey is shared by all tests of a run: this one counts for an address of its own.
    found.address = f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}::1"
    return found


@pytest.fixture
def silent_url() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def test_the_sixth_report_from_one_address_at_one_place_waits(resident: Resident) -> None:
    statuses, slowest = [], 0.0
    for _ in range(6):
        began = time.monotonic()
        statuses.append(resident.report().status_code)
        slowest = max(slowest, time.monotonic() - began)
    assert statuses == [201] * 5 + [429]
    assert slowest < SLOWEST_S
    refused = resident.report()
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "rate_limited"
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    yard = replace(make_resident(resident.client, COMPOUND), address=resident.address)
    assert yard.report().status_code == 201
    neighbour = Resident(resident.client, resident.qr, address="2001:db9::1")
    assert neighbour.report().status_code == 201


def test_twenty_wrong_codes_close_the_look_up_for_an_address_and_not_the_report(resident: Resident) -> None:
    _, code = resident.reported()
    assert resident.follow(code).status_code == 200
    for _ in range(20):
        assert resident.follow("ABCDEFGH23").status_code == 404
    guessed = resident.follow(code)
    assert (guessed.status_code, guessed.json["code"]) == (429, "rate_limited")
    assert int(guessed.headers["Retry-After"]) > 60
    assert resident.respond(code, "urge").status_code == 429
    assert resident.report().status_code == 201
    elsewhere = Resident(resident.client, resident.qr, address="203.0.113.98")
    assert elsewhere.follow(code).status_code == 200


def test_thirty_look_ups_a_minute_are_enough(resident: Resident) -> None:
    _, code = resident.reported()
    assert [resident.follow(code).status_code for _ in range(31)] == [200] * 30 + [429]


def test_all_processes_count_together(settings: Settings, servers: ServerUrls) -> None:
    key = f"test {time.time_ns()}"
    first, second = RateLimits(servers.redis_url), RateLimits(servers.redis_url)
    assert [each.take(key, 3, 60) > 0 for each in (first, second, first, second)] == [False, False, False, True]
    assert 0 < first.wait(key, 3, 60) <= 60
    assert second.wait(key, 4, 60) >= 0


def test_no_address_reaches_the_server_that_counts(own_engine: Engine, settings: Settings, servers: ServerUrls) -> None:
    resident = make_resident(make_client(own_engine, replace(settings, redis_url=servers.redis_url)))
    resident.report()
    with Redis.from_url(redis_py_url(servers.redis_url)) as counting:
        kept = b" ".join(counting.scan_iter("gg:limits*"))
    assert kept
    for secret in (resident.address, resident.qr):
        assert secret.encode() not in kept


def test_a_valkey_that_goes_away_between_two_requests_stops_nobody(folder: Path) -> None:
    with own_valkey(folder / "home") as url:
        limits = RateLimits(url)
        assert limits.take("k", 1, 60) == 0.0
        assert limits.take("k", 1, 60) > 0
    began = time.monotonic()
    assert limits.take("k", 1, 60) == 0.0
    assert limits.take("k", 1, 60) > 0
    assert time.monotonic() - began < SLOWEST_S


def test_a_frozen_valkey_keeps_nobody_two_seconds(folder: Path) -> None:
    with own_valkey(folder / "home") as url:
        limits = RateLimits(url)
        assert limits.take("k", 100, 60) == 0.0
        pid = int((folder / "home" / "valkey" / "valkey.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with ThreadPoolExecutor(8) as crowd:
                waits = list(crowd.map(lambda _: limits.take("k", 100, 60), range(24)))
            took = time.monotonic() - began
        finally:
            os.kill(pid, signal.SIGCONT)
    assert waits == [0.0] * 24
    assert took < SLOWEST_S


def test_a_broker_that_cannot_count_leaves_it_to_the_process() -> None:
    for url in ("amqp://guest@127.0.0.1:1//", "sentinel://a:1;sentinel://b:1?master_name=x", None):
        began = time.monotonic()
        assert RateLimits(url).take("k", 1, 60) == 0.0
        assert time.monotonic() - began < 0.5


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


def forwarded(client: Client, code: str, *addresses: str) -> list[int]:
    """What look-ups of a wrong code get that say to come from those addresses."""
    resident = Resident(client, "")
    return [resident.follow(code, X_Forwarded_For=address).status_code for address in addresses]


def test_an_address_that_a_caller_makes_up_does_not_count(client: Client) -> None:
    addresses = [f"198.51.100.{number}" for number in range(21)]
    assert forwarded(client, "ABCDEFGH23", *addresses) == [404] * 20 + [429]


def test_behind_our_own_proxy_its_word_counts_and_only_its_own(own_engine: Engine, settings: Settings) -> None:
    client = make_client(own_engine, replace(settings, trusted_proxies=1))
    addresses = [f"198.51.100.{number}" for number in range(21)]
    assert forwarded(client, "ABCDEFGH23", *addresses) == [404] * 21
    made_up = [f"{number}.1.1.1, 198.51.100.200" for number in range(1, 22)]
    assert forwarded(client, "ABCDEFGH23", *made_up) == [404] * 20 + [429]
    assert read_settings({}).trusted_proxies == 0
