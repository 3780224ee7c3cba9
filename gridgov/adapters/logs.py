"""Logs: one line each on standard error, whoever writes it; JSON for programs, plain for people at a terminal."""

import json
import logging
import re
import sys
from typing import Any, TextIO

import structlog

# JSON escapes C0 by itself. These too could end a line or move a terminal's cursor: DEL, C1, and U+2028/2029.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _without_time(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value for name, value in event.items() if name not in {"timestamp", "logger"}}


_PLAIN: list[structlog.typing.Processor] = [
    _without_time,
    structlog.processors.LogfmtRenderer(key_order=["level", "event"], drop_missing=True),
]


def one_line(value: Any, **_options: Any) -> str:
    """`value` as JSON in one printable line; Chinese stays readable, control characters are escaped."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def configure_logs(stream: TextIO | None = None, level: int = logging.INFO, plain: bool = False) -> None:
    """Send structlog and the standard library's loggers to `stream` (standard error), as JSON lines unless `plain`.

    Plain lines leave out what whoever collects them adds by itself: the time and the name of the program.
    Called once by each entry point, before anything is logged.
    """
    render: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        *(_PLAIN if plain else [structlog.processors.JSONRenderer(serializer=one_line)]),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=render, foreign_pre_chain=_SHARED))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.configure(
        processors=[
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
