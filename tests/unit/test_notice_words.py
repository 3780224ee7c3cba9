"""A message in words: each action has its sentence in both languages, and nothing but the case's outside is said."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gridgov.adapters.render import Notification, render
from gridgov.domain.errors import Text

PACKAGE = Path(__file__).parents[2] / "gridgov"
SENTENCES = tomllib.loads((PACKAGE / "templates/notices/sentences.toml").read_text(encoding="utf-8"))
SHIPPED = tomllib.loads((PACKAGE / "workflows/one_compound_one_branch.toml").read_text(encoding="utf-8"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTICE = Notification(
    number="20261123-000001",
    action="accept",
    action_title=Text("Accept", "立案"),
    category=Text("Litter", "垃圾"),
    priority="P3",
    state=Text("Dispatched", "待签收"),
    waits=True,
    due_at=datetime(2026, 11, 23, 1, 5, tzinfo=UTC),
    link="https://city.example/cases/20261123-000001",
)


@pytest.mark.parametrize("action", SHIPPED["actions"])
def test_every_action_has_a_sentence_in_both_languages(action: str) -> None:
    assert set(SENTENCES[action]) == {"zh", "en"}
    assert all(SENTENCES[action].values())


def test_the_times_of_a_message_are_those_of_the_city() -> None:
    assert "时限：2026-11-23 09:05" in render(NOTICE, "zh", SHANGHAI)[1]


def test_subject_and_body_are_in_the_readers_language() -> None:
    subject, body = render(NOTICE, "en-GB", SHANGHAI)
    assert subject == "[20261123-000001] it was accepted and dispatched"
    assert body.startswith("Case 20261123-000001: it was accepted and dispatched.\n")
    assert "State: Dispatched\nDue: 2026-11-23 09:05\nIt is waiting for you or your unit.\n\nLog in" in body


def test_a_language_that_nobody_translated_is_answered_in_chinese() -> None:
    assert render(NOTICE, "fr", SHANGHAI)[0] == "[20261123-000001] 已立案派遣"
