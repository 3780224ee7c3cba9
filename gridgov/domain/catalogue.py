"""The catalogue as values: what can be reported, who handles it, by when, and what closes it (workflow.md §4).

How a file becomes these values: catalogue_file.py. The rows of the priorities live in the workflow definition.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gridgov.domain.durations import CountedIn, Span
from gridgov.domain.errors import NotFound, Text

URGENT = frozenset({"P1", "P2"})
PRIORITIES = ("P1", "P2", "P3", "P4")


class Kind(StrEnum):
    """An incident 事件 happens; a component 部件 is a thing that is broken or missing."""

    INCIDENT = "E"
    COMPONENT = "P"


class Evidence(StrEnum):
    """Which photos `resolve` needs."""

    NONE = "none"
    AFTER = "after"
    BOTH = "both"


class Check(StrEnum):
    """How `confirm` is done: on the spot, by looking at the photo, or by the system at once."""

    SITE = "site"
    DESK = "desk"
    NONE = "none"


class About(StrEnum):
    """Whom a case accuses: the owner's decisions move away from it, and the reporter is hidden from it."""

    PROPERTY = "property"
    COMMITTEE = "committee"
    BRANCH = "branch"
    COMMUNITY = "community"


class LimitKind(StrEnum):
    """The limits that a category may set for itself."""

    ACKNOWLEDGE = "acknowledge"
    CONTACT = "contact"
    HANDLE = "handle"


@dataclass(frozen=True)
class Category:
    """One thing that can be reported. `limits` holds what the category sets; the row of the priority gives the rest.

    `chain` names handlers in order, like "property" or "department:fire"; `told` units hear of it and do not handle it.
    `made_safe` says what the first contact achieves where `limits` has one. `sources` says where each number is from.
    """

    code: str
    kind: Kind
    title: Text
    group: str
    priority: str
    chain: tuple[str, ...]
    told: tuple[str, ...]
    limits: Mapping[LimitKind, Span]
    handle_cap: Span | None
    made_safe: Text | None
    sources: Mapping[LimitKind, str]
    evidence: Evidence
    check: Check
    about: About | None
    sensitive: bool
    public: bool
    closing: Text
    legal: tuple[str, ...]
    note: Text | None


@dataclass(frozen=True)
class Catalogue:
    """One version of the catalogue: `groups` by their two digits, `categories` in the order of the file."""

    version: int
    groups: Mapping[str, Text]
    categories: tuple[Category, ...]

    def __iter__(self) -> Iterator[Category]:
        """The categories in the order of the file."""
        return iter(self.categories)

    def get(self, code: str) -> Category:
        """The category `code`. Raises NotFound when this version has none."""
        category = self._by_code.get(code)
        if category is None:
            raise NotFound(f"There is no category {code}.", f"没有代码为{code}的类别。")
        return category

    def group_of(self, category: Category) -> Text:
        """The name of the group that `category` belongs to."""
        return self.groups[category.group]

    @cached_property
    def _by_code(self) -> Mapping[str, Category]:
        return {category.code: category for category in self.categories}


def limit_for(kind: LimitKind, category: Category, priority: str, row: Span) -> Span:
    """How long a case of `category` has for `kind` when it stands at `priority`, whose row says `row`.

    The category's number wins over the row. P1 and P2 take the shorter of both and admit no working time. To handle,
    the row is also the cap, unless a P4 case's category names a cap of its own: 5 wd stay 5 wd for P3 and P4 alike,
    15 wd become 7 wd when the case is raised to P3, and the row's 24 h u at P2.
    """
    own = category.limits.get(kind)
    if own is None or (priority in URGENT and not own.is_continuous):
        return row
    if priority in URGENT:
        return _shorter(own, row)
    return _shorter(own, _cap(category, priority, row)) if kind is LimitKind.HANDLE else own


def _cap(category: Category, priority: str, row: Span) -> Span:
    return category.handle_cap if category.handle_cap is not None and priority == "P4" else row


def _shorter(first: Span, second: Span) -> Span:
    """By hours, a working day being eight: an hour of the wall clock never ends later than a working hour."""
    return second if _hours(second) < _hours(first) else first


def _hours(span: Span) -> float:
    hours_in_one = {CountedIn.NATURAL_DAY: 24, CountedIn.WORK_DAY: 8}
    return float(span.amount) * hours_in_one.get(span.counted_in, 1)
