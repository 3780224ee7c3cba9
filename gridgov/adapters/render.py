"""A notice as words: subject and body in the reader's language. Never a name, a note, a title or a description.

The body says which case it is about, what happened and by when, and links to the rest, behind a login.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FunctionLoader, StrictUndefined

from gridgov.domain.errors import Text

FOLDER = files("gridgov") / "templates" / "notices"
LANGUAGES = ("zh", "en")
CONFIDENTIAL = Text("confidential", "保密事项")


@dataclass(frozen=True)
class Notification:
    """What a message may say. `waits` is whether the reader has to act; `category` is None where it is sensitive."""

    number: str
    action: str
    action_title: Text
    category: Text | None
    priority: str
    state: Text
    waits: bool
    due_at: datetime | None
    link: str


def render(notice: Notification, language: str, zone: ZoneInfo, form: str = "") -> tuple[str, str]:
    """Subject and body in `language` (zh where it is not known to us); times are those of `zone`.

    `form` is ".short" for a robot or a phone, empty for a letter.
    """
    spoken = _spoken(language)
    return _filled(
        f"{spoken}{form}.txt",
        number=notice.number,
        happened=_in(spoken, _SENTENCES.get(notice.action, notice.action_title)),
        category=_in(spoken, notice.category or CONFIDENTIAL),
        priority=notice.priority,
        state=_in(spoken, notice.state),
        waits=notice.waits,
        due=f"{notice.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if notice.due_at else None,
        link=notice.link,
    )


def render_digest(notices: Sequence[Notification], day: date, language: str) -> tuple[str, str]:
    """Subject and body of a day's digest: a line and a link for each notice."""
    spoken = _spoken(language)
    lines = [
        {
            "number": each.number,
            "happened": _in(spoken, _SENTENCES.get(each.action, each.action_title)),
            "state": _in(spoken, each.state),
            "link": each.link,
        }
        for each in notices
    ]
    return _filled(f"{spoken}.digest.txt", day=day.isoformat(), lines=lines)


def render_code(code: str, public_url: str, language: str) -> tuple[str, str]:
    """Subject and body of the message that proves an address."""
    return _filled(f"{_spoken(language)}.code.txt", code=code, link=public_url)


def _spoken(language: str) -> str:
    return language[:2] if language[:2] in LANGUAGES else "zh"


def _filled(template: str, **values: Any) -> tuple[str, str]:
    subject, _, body = _TEMPLATES.get_template(template).render(**values).partition("\n")
    return subject.strip(), body.lstrip("\n")


def _in(language: str, text: Text) -> str:
    return text.zh if language == "zh" else str(text)


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


# Plain text: there is nothing to escape for.
_TEMPLATES = Environment(
    loader=FunctionLoader(_read), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
)
_SENTENCES = {action: Text(each["en"], each["zh"]) for action, each in tomllib.loads(_read("sentences.toml")).items()}
