"""Logs: one JSON object a line on standard error, whoever writes it. What is worth a line: those who write it."""

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


def one_line(value: Any, **_options: Any) -> str:
    """`value` as JSON in one printable line; Chinese stays readable, control characters are escaped."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def configure_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's loggers to `stream` (standard error) as JSON lines.

    Called once by each entry point, before anything is logged.
    """
    render: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(serializer=one_line),
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
