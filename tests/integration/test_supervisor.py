"""The supervisor with real processes: small Python programs that say their pid, die, or do not want to end."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gridgov.embedded.log_lines import LONGEST_LINE, LineBuffer, Log
from gridgov.embedded.program import Program
from gridgov.embedded.supervisor import Supervisor

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?P<name>\S+) +\| (?P<text>.*)")
SLEEP = "import os, time; print('pid', os.getpid()); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"
SUPERVISED = """
import os, sys
from gridgov.embedded.log_lines import Log
from gridgov.embedded.program import Program
from gridgov.embedded.supervisor import Supervisor
programs = [Program(f"child{i}", (sys.executable, "-c", code)) for i, code in enumerate(sys.argv[1:])]
sys.exit(Supervisor(programs, os.environ, Log(sys.stdout, [p.name for p in programs])).run())
"""


def python(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", code))


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def said(stream: io.StringIO, name: str) -> list[str]:
    found = [LINE.fullmatch(line) for line in stream.getvalue().splitlines()]
    return [match["text"] for match in found if match and match["name"] == name]


def pids(stream: io.StringIO, name: str) -> list[int]:
    return [int(text.split()[1]) for text in said(stream, name) if text.startswith("pid ")]


@contextmanager
def supervised(*programs: Program, grace: float = 10) -> Iterator[tuple[Supervisor, io.StringIO]]:
    """A supervisor at work in a thread, which has ended all when the block ends."""
    stream = io.StringIO()
    log = Log(stream, [program.name for program in programs])
    supervisor = Supervisor(programs, os.environ, log, grace)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        yield supervisor, stream
    finally:
        supervisor.stop()
        thread.join()


@contextmanager
def as_a_process(*codes: str) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A supervisor in a process of its own, and the pids of its children once all have spoken."""
    command = [sys.executable, "-c", SUPERVISED, *codes]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        children: list[int] = []
        while len(children) < len(codes):
            children.extend(map(int, re.findall(r"\| pid (\d+)", process.stdout.readline())))
        yield process, children
        process.kill()


def test_a_program_that_dies_is_started_again() -> None:
    with supervised(python("web", SLEEP)) as (_, stream):
        wait_for(lambda: pids(stream, "web"))
        os.kill(pids(stream, "web")[0], signal.SIGKILL)
        wait_for(lambda: len(pids(stream, "web")) == 2)
        assert "ended (SIGKILL); starting again in 0.5 s" in said(stream, "web")


def test_the_pause_before_a_restart_doubles_while_a_program_keeps_dying() -> None:
    with supervised(python("web", "raise SystemExit(3)")) as (_, stream):
        wait_for(lambda: len(said(stream, "web")) >= 3)
        pauses = [text.split(" again in ")[1] for text in said(stream, "web")]
        assert pauses[:3] == ["0.5 s", "1 s", "2 s"]


def test_a_program_that_is_not_there_is_tried_again_and_says_so() -> None:
    with supervised(Program("web", ("/no/such/program",))) as (_, stream):
        wait_for(lambda: any("starting again" in text for text in said(stream, "web")))
        assert any("No such file" in text for text in said(stream, "web"))


def test_what_a_dead_program_leaves_behind_ends_with_it() -> None:
    with supervised(python("web", PARENT)) as (_, stream):
        wait_for(lambda: len(pids(stream, "web")) == 2)
        first = pids(stream, "web")
        os.kill(next(pid for pid in first if os.getpgid(pid) == pid), signal.SIGKILL)
        wait_for(lambda: not any(map(is_running, first)))


def test_every_line_is_whole_and_names_its_program() -> None:
    shout = "import time\nfor n in range(300): print('{0}' * 40, n)\ntime.sleep(600)"
    with supervised(python("web", shout.format("a")), python("sweeper", shout.format("b"))) as (_, stream):
        wait_for(lambda: len(said(stream, "web")) == len(said(stream, "sweeper")) == 300)
        lines = stream.getvalue().splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert {line.index("|") for line in lines} == {len("2026-01-01 00:00:00 sweeper ")}
    assert said(stream, "web") == [f"{'a' * 40} {number}" for number in range(300)]


def test_a_line_without_an_end_is_cut_and_a_last_one_is_kept() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b"one\r\ntw") == ["one"]
    assert buffer.feed("o 甲".encode()[:-1] + b"\n") == ["two �"]
    assert [len(line) for line in buffer.feed(b"x" * LONGEST_LINE)] == [LONGEST_LINE]
    buffer.feed(b"the end")
    assert buffer.close() == ["the end"]


def test_stopping_ends_all_programs_in_reverse_order() -> None:
    farewell = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit('bye'))\n"
        "print('ready')\n"
        "time.sleep(600)"
    )
    with supervised(python("web", farewell), python("beat", farewell)) as (_, stream):
        wait_for(lambda: said(stream, "web") and said(stream, "beat"))
    order = [line.split()[2] for line in stream.getvalue().splitlines() if line.endswith("| bye")]
    assert order == ["beat", "web"]


def test_a_program_that_does_not_end_in_time_is_killed_with_its_group() -> None:
    with supervised(python("web", STUBBORN), grace=0.3) as (_, stream):
        wait_for(lambda: pids(stream, "web"))
        pid = pids(stream, "web")[0]
    assert not is_running(pid)
    assert "did not end in time and is killed" in said(stream, "web")


def test_being_asked_twice_ends_everything_at_once() -> None:
    with supervised(python("web", STUBBORN), grace=600) as (supervisor, stream):
        wait_for(lambda: pids(stream, "web"))
        supervisor.stop()
    assert not is_running(pids(stream, "web")[0])


def test_ctrl_c_ends_the_supervisor_and_its_children_with_code_0() -> None:
    with as_a_process(SLEEP, SLEEP) as (process, children):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0
        assert not any(map(is_running, children))


def test_children_end_when_the_supervisor_is_killed() -> None:
    with as_a_process(SLEEP, SLEEP) as (process, children):
        process.kill()
        wait_for(lambda: not any(map(is_running, children)))


def test_a_supervised_program_costs_no_second_process() -> None:
    with as_a_process(SLEEP) as (process, children):
        assert children[0] != process.pid
        parent = Path(f"/proc/{children[0]}/stat").read_text().split()[3]
        assert int(parent) == process.pid


def test_the_supervisor_loads_nothing_heavy() -> None:
    code = "import sys, gridgov.embedded.supervisor; print([m for m in sys.modules if m.split('.')[0] in sys.argv])"
    heavy = ["sqlalchemy", "flask", "celery", "psycopg", "redis"]
    run = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
