"""Who acts: a person with posts, the reporter of a case by a link, or the system. Never a database row."""

from dataclasses import dataclass

from gridgov.domain.org import Post


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for an action.

    `person_id` is None for the system and for a resident without an account; `posts` are those valid now;
    `reporter_of` names the case that a resident's link opens.
    """

    person_id: int | None
    posts: tuple[Post, ...] = ()
    system: bool = False
    reporter_of: int | None = None
    name: str = ""


SYSTEM = Actor(person_id=None, system=True, name="system")


@dataclass(frozen=True, slots=True)
class Signature:
    """Under which post somebody acted: what an event remembers of the actor."""

    kind: str
    person_id: int | None = None
    role: str | None = None
    unit_id: int | None = None
