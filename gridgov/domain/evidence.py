"""Photos as proof: when work may not be called done without one, and what a photo shows of the work.

A photo is a reference here: `id`, `sha256` of the file that is kept, `media_type`. The catalogue's `evidence` column
says which categories need one (workflow.md §3); a definition that gives `resolve` no attachments asks for none.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from gridgov.domain.case import Facts
from gridgov.domain.catalogue import Category, Evidence
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.rules import Rules
from gridgov.domain.workflow import Action

FIELD = "attachments"
OPTIONAL = f"{FIELD}?"
RESOLVING = frozenset({"resolve", "self_handle"})
DEMANDED = frozenset({"resolve"})
"""Where the catalogue's photo is demanded: what somebody puts right on the spot needs a photo or a note (§3)."""
BEFORE_WORK = frozenset({"reported", "needs_info"})


class Shows(StrEnum):
    """What a photo shows: the matter before anybody worked on it, the work done, or anything else."""

    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


def shows(action: str, target: str) -> Shows:
    """What a photo shows that came with `action`, which led to the state `target`."""
    if action in RESOLVING:
        return Shows.AFTER
    return Shows.BEFORE if target in BEFORE_WORK else Shows.OTHER


def needs_of(action: Action, category: Category) -> tuple[str, ...]:
    """What the action needs in a case of that category: the photo is no choice where the catalogue asks for one."""
    needed = _is_needed(action, category)
    return tuple(FIELD if needed and need == OPTIONAL else need for need in action.needs)


def require_evidence(action: Action, inputs: Mapping[str, Any], rules: Rules, facts: Facts) -> None:
    """Nothing when the work may be called done with what is given; raises Invalid on `attachments`.

    The category that the action itself names counts, not the one it had before.
    """
    category = rules.catalogue.get(inputs.get("category") or facts.category)
    if not _is_needed(action, category):
        return
    if any(photo["media_type"].startswith("image/") for photo in inputs.get(FIELD) or ()):
        return
    name = category.title
    sentence = Text(
        f"“{name}” ({category.code}) is done only with a photo of the work done.",
        f"“{name.zh}”（{category.code}）办结须附处置后照片。",
    )
    raise Invalid({FIELD: [sentence]})


def _is_needed(action: Action, category: Category) -> bool:
    takes = action.code in DEMANDED and OPTIONAL in action.needs
    return takes and category.evidence is not Evidence.NONE
