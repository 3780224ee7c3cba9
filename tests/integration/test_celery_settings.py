"""The settings that were paid for with measurements (reliability.md §1), and the wiring of names, queues and ticks."""

import re
from pathlib import Path
from typing import Any

import pytest

from gridgov.adapters.broker import CELERY_SETTINGS, QUEUES, celery_settings, doorbell_settings
from gridgov.tasks import HINTS, TaskName
from workers.beat import make_beat_app
from workers.celery_app import TASK_MODULES, WORKER_ARGUMENTS, make_app
from workers.schedule import BEAT_SCHEDULE

URL = "redis+socket:///tmp/nobody.sock"
HERE = Path(__file__).parents[2]
PAID_FOR = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "result_backend": None,
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
    "enable_utc": True,
    "task_soft_time_limit": 45,
    "task_time_limit": 60,
    "task_publish_retry": False,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_concurrency": 2,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 300_000,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 30,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_pool_limit": 2,
    "broker_transport_options": {
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "retry_on_timeout": False,
        "global_keyprefix": "gg:",
    },
    "result_backend_transport_options": {"visibility_timeout": 120},
    "visibility_timeout": 120,
    "beat_max_loop_interval": 5,
}


@pytest.mark.parametrize(("name", "value"), PAID_FOR.items(), ids=PAID_FOR)
def test_celery_runs_with_the_value_that_was_paid_for(name: str, value: Any) -> None:
    assert make_app(URL).conf[name] == value


def test_no_task_may_run_longer_than_half_of_the_visibility_timeout() -> None:
    options = CELERY_SETTINGS["broker_transport_options"]
    assert options["visibility_timeout"] >= 2 * CELERY_SETTINGS["task_time_limit"]


def test_the_names_are_the_registered_tasks() -> None:
    registered = {name for name in make_app(URL).tasks if not name.startswith("celery.")}
    assert registered == {name.value for name in TaskName}


def test_every_task_has_a_queue_and_every_queue_is_known() -> None:
    routes = CELERY_SETTINGS["task_routes"]
    assert set(routes) == {name.value for name in TaskName}
    assert {route["queue"] for route in routes.values()} == set(QUEUES)


def test_beat_and_the_doorbell_send_only_what_is_registered() -> None:
    names = {name.value for name in TaskName}
    assert {tick["task"] for tick in BEAT_SCHEDULE.values()} <= names
    assert set(HINTS) <= names
    assert make_beat_app(URL).conf.beat_schedule == BEAT_SCHEDULE


def test_a_tick_that_nobody_took_is_dropped_before_the_next_one() -> None:
    assert all(tick["options"]["expires"] <= tick["schedule"] for tick in BEAT_SCHEDULE.values())


def test_every_task_module_is_given_to_the_worker() -> None:
    folder = HERE / "gridgov" / "tasks"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "runtime"}
    assert modules == {module.__name__.rpartition(".")[2] for module in TASK_MODULES}


def test_nothing_is_delayed_by_celery_or_called_by_its_shortcuts() -> None:
    forbidden = re.compile(r"\beta=|countdown=|self\.retry|\.delay\(|\.apply_async\(|\.get\(timeout|chord\(|RedBeat")
    sources = [path for folder in ("gridgov", "workers") for path in (HERE / folder).rglob("*.py")]
    assert len(sources) > 100
    assert [path.name for path in sources if forbidden.search(path.read_text(encoding="utf-8"))] == []


def test_workers_do_not_chatter_with_each_other() -> None:
    assert {"--without-gossip", "--without-mingle"} <= set(WORKER_ARGUMENTS)
    assert "--without-heartbeat" not in WORKER_ARGUMENTS


def test_who_answers_a_request_waits_a_second_at_most_for_the_broker() -> None:
    options = doorbell_settings(URL)["broker_transport_options"]
    assert (options["socket_timeout"], options["socket_connect_timeout"], options["max_retries"]) == (1, 0.5, 0)
    assert options["global_keyprefix"] == "gg:"


@pytest.mark.parametrize(
    "url",
    ["redis+cluster://h:6379", "rediscluster://h:6379", "redis://a:6379,b:6379/0", "redis://a:6379;redis://b:6379"],
)
def test_redis_cluster_is_refused_with_a_way_out(url: str) -> None:
    with pytest.raises(ValueError, match="Redis Cluster, which Celery cannot use: name one"):
        celery_settings(url)


@pytest.mark.parametrize("url", ["memory://", "sqs://", "localhost:6379", "postgresql://h/d"])
def test_another_broker_is_refused_with_the_names_that_would_do(url: str) -> None:
    with pytest.raises(ValueError, match="REDIS_URL has to begin with redis://"):
        celery_settings(url)


def test_sentinel_is_told_the_group_that_it_watches() -> None:
    settings = celery_settings("sentinel://a:26379;sentinel://b:26379?master_name=city")
    assert settings["broker_url"] == "sentinel://a:26379;sentinel://b:26379"
    assert settings["broker_transport_options"]["master_name"] == "city"
    with pytest.raises(ValueError, match=r"add \?master_name"):
        celery_settings("sentinel://a:26379")


def test_rabbitmq_gets_quorum_queues_and_confirmed_publishing() -> None:
    settings = celery_settings("amqp://guest@h//")
    assert settings["task_default_queue_type"] == "quorum"
    assert settings["worker_detect_quorum_queues"] is True
    assert settings["broker_transport_options"] == {"confirm_publish": True}
