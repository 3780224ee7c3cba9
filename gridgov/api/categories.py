"""The active catalogue: what can be reported."""

from typing import Any

from flask import request

from gridgov.domain.actors import Actor
from gridgov.domain.catalogue import Category, LimitKind, limit_for
from gridgov.domain.durations import Span
from gridgov.domain.errors import Text
from gridgov.domain.rights import Permission
from gridgov.domain.rules import Rules
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.language import preferred, said
from gridgov.schemas.categories import CategoryList, CategoryQuery, CategoryView

blueprint = Blueprint("categories", __name__, url_prefix="/api/v1/categories", description="The catalogue")

PLAIN = ("code", "priority", "sensitive", "public")


@blueprint.get("")
@requires(Permission.CITY_READ)
@blueprint.arguments(CategoryQuery, location="query")
@blueprint.response(200, CategoryList)
def list_categories(_query: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Every category of the active catalogue, in its order."""
    rules = _rules()
    items = [_view(category, rules) for category in rules.catalogue]
    return {"version": rules.catalogue.version, "items": items, "next_cursor": None}


@blueprint.get("/<code>")
@requires(Permission.CITY_READ)
@blueprint.response(200, CategoryView)
def get_category(code: str, actor: Actor) -> dict[str, Any]:
    """One category by its code, such as 0203."""
    rules = _rules()
    return _view(rules.catalogue.get(code), rules)


def _rules() -> Rules:
    here = work()
    return here.snapshot.present_rules(here.session)


def _view(category: Category, rules: Rules) -> dict[str, Any]:
    return {
        **{name: getattr(category, name) for name in PLAIN},
        "name": said(category.title, preferred(request)),
        "kind": category.kind.value,
        "title": _both(category.title),
        "group": _both(rules.catalogue.group_of(category)),
        "group_code": category.group,
        "handlers": list(category.chain),
        "told": list(category.told),
        "limits": _limits(category, rules),
        "made_safe": _both(category.made_safe),
        "evidence": category.evidence.value,
        "check": category.check.value,
        "about": category.about.value if category.about else None,
        "closing": _both(category.closing),
        "legal": list(category.legal),
        "note": _both(category.note),
    }


def _limits(category: Category, rules: Rules) -> dict[str, dict[str, Any]]:
    """Each clock that the category's own priority knows, with what the category itself says about it."""
    found = {}
    for name, rows in rules.definition.limits.items():
        row = rows.get(category.priority)
        if row is not None:
            found[name] = _limit(name, row, category)
    return found


def _limit(name: str, row: Span, category: Category) -> dict[str, Any]:
    kind = LimitKind(name) if name in set(LimitKind) else None
    span = row if kind is None else limit_for(kind, category, category.priority, row)
    own = category.sources.get(kind) if kind is not None and span == category.limits.get(kind) else None
    return {"limit": str(span), "text": _both(span.text), "source": own or f"workflow.md §4, {category.priority}"}


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": str(text)}
