"""`gridgov web`: the web server, gunicorn with threads. What it serves: gridgov.app."""

import gc
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from gridgov.adapters.hints import Doorbell
from gridgov.adapters.logs import configure_logs
from gridgov.app import create_app
from gridgov.bootstrap import make_runtime
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.settings import Settings, read_settings
from gridgov.tasks import HINTS, JOB_HINTS

LOG_STYLE = "GRIDGOV_LOG"
SHARED_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"
STOP_WITHIN_S = 20
FIRST_GENERATION = 20_000


@click.command
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads in each.")
def web(workers: int, threads: int) -> None:
    """Serve the API and the pages at GRIDGOV_HOST:GRIDGOV_PORT until SIGTERM; requests at work are finished first.

    With PROMETHEUS_MULTIPROC_DIR set to a folder, /metrics counts for all processes together.
    """
    settings = read_settings(os.environ)
    if settings.database_url and settings.redis_url:
        configure_logs(plain=os.environ.get(LOG_STYLE) == "plain")
        empty_counters(os.environ.get(SHARED_COUNTERS))
        Server(settings, settings.database_url, workers, threads).run()
        return
    with servers_for(settings) as urls:
        code = _beside(settings, urls, ("--workers", str(workers), "--threads", str(threads)))
    sys.exit(code)


def _beside(settings: Settings, urls: ServerUrls, options: tuple[str, ...]) -> int:
    """The exit code of this command run in a process of its own, which only knows where the servers are.

    A worker of gunicorn is a fork that leaves through the whole stack of its master: were the servers opened on
    that stack, the first worker that ends would stop them.
    """
    places = {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url, "GRIDGOV_HOME": str(settings.home)}
    with subprocess.Popen((sys.executable, "-m", "gridgov.cli", "web", *options), env={**os.environ, **places}) as one:
        # A terminal sends Ctrl-C to both; the servers have to outlive the one that uses them.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: one.terminate())
        return one.wait()


def empty_counters(folder: str | None) -> None:
    """Make the folder of the shared counters, and forget what an earlier run counted there."""
    if folder is None:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for file in Path(folder).glob("*.db"):
        file.unlink()


class Lines(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's remarks as lines of our own log. Requests are written down by gridgov.http.request_log."""

    def setup(self, cfg: Config) -> None:
        """Hand everything to the root logger."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn without a configuration file. Each worker builds its own application after the fork."""

    def __init__(self, settings: Settings, database_url: str, workers: int, threads: int) -> None:
        """`workers` processes of `threads` threads each."""
        self.settings, self.database_url, self.threads = settings, database_url, threads
        self.options = {
            "bind": f"{_bracketed(settings.host)}:{settings.port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "preload_app": False,
            "control_socket_disable": True,
            "graceful_timeout": STOP_WITHIN_S,
            "timeout": 60,
            "keepalive": 15,
            "logger_class": Lines,
        }
        super().__init__()

    def load_config(self) -> None:
        """Our options; no file and no variable of gunicorn's own is read."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker, with an engine of its own: a connection never crosses a fork."""
        _collect_rarely()
        broker = self.settings.redis_url
        ring = Doorbell(broker, HINTS).ring if broker else None
        ring_jobs = partial(Doorbell(broker, JOB_HINTS).ring, ()) if broker else None
        runtime = make_runtime(self.settings, self.database_url, ring, pool_size=self.threads, after_order=ring_jobs)
        return create_app(runtime)


def _collect_rarely() -> None:
    """Keep the garbage collector from walking the whole application again and again: what stands now stays.

    A request leaves few cycles behind; reference counts free the rest at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(FIRST_GENERATION, 20, 50)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
