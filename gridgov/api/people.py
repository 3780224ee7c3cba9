"""People with an account, for administrators: names and posts, no address and no telephone number."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.api.posts import post_view
from gridgov.db.models import Person
from gridgov.db.queries.appointments import BY_ID, people_like, posts_of_people
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.lists import answer_list
from gridgov.schemas.appointments import PeoplePage, PeopleQuery, PersonOrder, PersonPosts
from gridgov.services.people import create_person

blueprint = Blueprint("people", __name__, url_prefix="/api/v1/people", description="People and their posts")


@blueprint.get("")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, PeoplePage)
def list_people(query: dict[str, Any], actor: Actor) -> Response:
    """People with the posts that are not over."""
    rows = people_like(query["q"], query["unit"], work().snapshot.day)
    return answer_list(rows, query, "id", BY_ID, _views)


@blueprint.post("")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(PersonOrder)
@blueprint.response(201, PersonPosts)
def make_person(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Add an account without posts. A repeat is 409, since the user name is taken: no key is kept of a password."""
    person = create_person(work().session, order["username"], order["name"], order["password"], [])
    return _view(person, [])


def _views(people: Sequence[Person]) -> list[dict[str, Any]]:
    here, posts = work(), dict[int, list[dict[str, Any]]]()
    for post in here.session.execute(posts_of_people([each.id for each in people], here.snapshot.day)).scalars():
        posts.setdefault(post.person_id, []).append(post_view(post))
    return [_view(person, posts.get(person.id, [])) for person in people]


def _view(person: Person, posts: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("id", "username", "name", "active")
    return {**{name: getattr(person, name) for name in names}, "posts": posts}
