"""Who may ask how a reporter can be reached, and what of it is shown without asking. Nothing here opens a seal."""

from gridgov.domain.actors import Actor
from gridgov.domain.case import Facts
from gridgov.domain.org import ACTING_ROLE, Tree

FIELDS = ("name", "phone", "email")
"""What a reporter may leave; each is revealed by itself."""

_SHOWN_FROM = 11


def may_see_contact(facts: Facts, actor: Actor, tree: Tree) -> bool:
    """True for whoever acts for the owner, the handler or a level above; never for whom the case is about.

    One post in an accused unit hides the reporter from a person, whatever other posts they hold (workflow.md §2).
    """
    if any(tree.units[post.unit_id].kind.value in facts.about for post in actor.posts):
        return False
    units = {facts.owner_id, facts.handler_id, facts.community_id, facts.subdistrict_id, facts.city_id}
    return any(
        post.unit_id in units and ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role for post in actor.posts
    )


def masked_phone(phone: str) -> str:
    """138****1234; of a number too short for that only the last two digits."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) >= _SHOWN_FROM:
        return f"{digits[:-8]}****{digits[-4:]}"
    return f"****{digits[-2:]}"
