"""Every Celery setting, in one place, with the reason where it is not plain (reliability.md §1).

The doorbell of the web and the processes of `workers` read the same values; no Celery is imported here.
"""

from typing import Any
from urllib.parse import parse_qs

QUEUES = ("urgent", "default", "deliver", "bulk")

# A message is a hint that soon is worth nothing: a broker that comes back after an hour brings no flood.
HINT_EXPIRES_SECONDS = 30

VISIBILITY_SECONDS = 120
"""At least twice the longest task, or Redis hands a running task to a second worker."""

CELERY_SETTINGS: dict[str, Any] = {
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
    "task_default_queue": "default",
    "task_routes": {
        "gridgov.sweep": {"queue": "urgent"},
        "gridgov.close": {"queue": "default"},
        "gridgov.canary": {"queue": "default"},
        "gridgov.deliver": {"queue": "deliver"},
        "gridgov.import": {"queue": "bulk"},
        "gridgov.reconcile": {"queue": "bulk"},
        "gridgov.housekeeping": {"queue": "bulk"},
    },
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_concurrency": 2,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 300_000,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 30,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    # The queue of each worker's own, by which its canary flies (workers.canary).
    "worker_direct": True,
    "broker_connection_retry_on_startup": True,
    # Celery's own default gives up after 100 tries and never comes back.
    "broker_connection_max_retries": None,
    "broker_pool_limit": 2,
    "broker_transport_options": {
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "retry_on_timeout": False,
        "global_keyprefix": "gg:",
    },
    # Celery's documentation wants the same number in all three places.
    "result_backend_transport_options": {"visibility_timeout": VISIBILITY_SECONDS},
    "visibility_timeout": VISIBILITY_SECONDS,
    "beat_max_loop_interval": 5,
}

REDIS = frozenset({"redis", "rediss", "redis+socket", "sentinel"})
RABBIT = frozenset({"amqp", "amqps"})
RABBIT_SETTINGS = {
    "task_default_queue_type": "quorum",
    "worker_detect_quorum_queues": True,
    "broker_transport_options": {"confirm_publish": True},
}
# Somebody is waiting for the answer to a request: a hint may cost at most a moment, and no second try. Without
# max_retries, kombu sleeps two seconds before it believes that nobody listens.
DOORBELL_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 0.5, "max_retries": 0}


def celery_settings(url: str) -> dict[str, Any]:
    """The settings of a worker or beat on that broker.

    Raises ValueError with one sentence when Celery cannot use it: Redis Cluster above all, whose slots
    kombu's queues do not respect.
    """
    scheme = url.partition("://")[0]
    if scheme in RABBIT:
        return CELERY_SETTINGS | RABBIT_SETTINGS | {"broker_url": url}
    if "cluster" in scheme or (scheme in REDIS - {"sentinel"} and any(mark in url for mark in ",;")):
        raise ValueError(
            "REDIS_URL names a Redis Cluster, which Celery cannot use: name one Redis or Valkey server, "
            "or a group watched by Sentinel (sentinel://host1;sentinel://host2?master_name=...)."
        )
    if scheme not in REDIS:
        raise ValueError(
            "REDIS_URL has to begin with redis://, rediss://, redis+socket://, sentinel://, amqp:// or amqps://, "
            f"not {scheme + '://' if '://' in url else 'something else'}."
        )
    return CELERY_SETTINGS | (_sentinel(url) if scheme == "sentinel" else {"broker_url": url})


def doorbell_settings(url: str) -> dict[str, Any]:
    """The settings of a process that only sends hints: the same, but it waits a second at most. Raises ValueError."""
    settings = celery_settings(url)
    options = settings["broker_transport_options"]
    if "socket_timeout" in options:
        options = options | DOORBELL_OPTIONS
    return settings | {"broker_transport_options": options, "broker_connection_timeout": 0.5}


def _sentinel(url: str) -> dict[str, Any]:
    """Celery wants the name of the watched group as an option beside the URL."""
    hosts, _, query = url.partition("?")
    names = parse_qs(query).get("master_name")
    if not names:
        raise ValueError("REDIS_URL names Sentinel without the group that it watches: add ?master_name=...")
    options = CELERY_SETTINGS["broker_transport_options"] | {"master_name": names[0]}
    return {"broker_url": hosts, "broker_transport_options": options}
