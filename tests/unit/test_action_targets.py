"""Where every action leads from every state, and which stage the public sees then, as a person reads workflow.md §3."""

from collections.abc import Mapping

import pytest

from tests.unit.lives import RULES
from tests.unit.test_cells import OPEN

PUBLIC_STAGES = {
    "上报": {"reported", "needs_info"},
    "派遣": {"dispatched", "whistled"},
    "处置": {"handling", "suspended"},
    "反馈": {"resolved", "awaiting_rating", "disputed"},
    "结案": {"closed", "rejected", "withdrawn", "merged"},
}


def test_every_state_shows_the_public_the_stage_of_the_table() -> None:
    definition = RULES.definition
    stages = {zh: {code for code, each in definition.states.items() if definition.stages[each.stage].zh == zh}
              for zh in PUBLIC_STAGES}  # fmt: skip
    assert stages == PUBLIC_STAGES


TARGETS: Mapping[str, Mapping[str, str]] = {
    "self_handle": {"reported": "resolved"},
    "ask_info": {"reported": "needs_info"},
    "supply_info": {"needs_info": "reported"},
    "accept": {"reported": "dispatched", "needs_info": "dispatched"},
    "reject": {"reported": "rejected", "needs_info": "rejected", "dispatched": "rejected"},
    "appeal": {"rejected": "disputed"},
    "acknowledge": {"dispatched": "handling"},
    "decline": {"dispatched": "reported", "handling": "reported"},
    "redispatch": {"dispatched": "dispatched", "handling": "dispatched"},
    "designate": {"reported": "dispatched", "dispatched": "dispatched", "handling": "dispatched"},
    "whistle": {"dispatched": "whistled", "handling": "whistled"},
    "arrive": {"whistled": "handling"},
    "change_lead": {"whistled": "whistled"},
    "call_off": {"whistled": "dispatched"},
    "resolve": {"handling": "resolved"},
    "confirm": {"resolved": "awaiting_rating"},
    "send_back": {"resolved": "handling"},
    "rate": {"awaiting_rating": "closed"},
    "dispute": {"awaiting_rating": "disputed", "resolved": "disputed"},
    "close": {"awaiting_rating": "closed"},
    "uphold": {"disputed": "closed"},
    "redo": {"disputed": "reported"},
    "reopen": {"closed": "disputed"},
    "withdraw": {"reported": "withdrawn", "needs_info": "withdrawn", "dispatched": "withdrawn"},
    "force_close": dict.fromkeys(OPEN, "closed"),
    "merge": dict.fromkeys(("reported", "needs_info", "dispatched", "handling"), "merged"),
    "unmerge": {"merged": "reported"},
    "lapse": {"needs_info": "reported", "awaiting_rating": "closed"},
}


@pytest.mark.parametrize("action", TARGETS)
def test_an_action_leads_where_the_table_says(action: str) -> None:
    ways = RULES.definition.action(action).ways
    assert {origin: way.target_from(origin) for way in ways for origin in way.origins} == TARGETS[action]
