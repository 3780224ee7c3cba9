"""Which doors a role opens: permissions `resource:action`, who has them, and what a token's scopes leave of them.

Who may do which action to which case is permissions.py; which cases somebody sees is the list query's affair.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from gridgov.domain.org import Role


class Permission(StrEnum):
    """What a route asks for, one each, in alphabetical order."""

    ACCOUNT_READ = "account:read"
    ADDRESS_MANAGE = "address:manage"
    CASE_ACT = "case:act"
    CASE_COMMENT = "case:comment"
    CASE_READ = "case:read"
    CASE_REPORT = "case:report"
    CITY_READ = "city:read"
    NOTICE_AUDIT = "notice:audit"
    NOTICE_READ = "notice:read"
    PREFERENCE_WRITE = "preference:write"
    TOKEN_ADMINISTER = "token:administer"
    TOKEN_MANAGE = "token:manage"
    WEBHOOK_MANAGE = "webhook:manage"
    WORKFLOW_CHECK = "workflow:check"


EVERYBODY = frozenset(
    {
        Permission.ACCOUNT_READ,
        Permission.ADDRESS_MANAGE,
        Permission.CITY_READ,
        Permission.NOTICE_READ,
        Permission.PREFERENCE_WRITE,
        Permission.TOKEN_MANAGE,
    }
)
"""What any account opens, also one whose posts are over."""

_CASEWORK = frozenset(
    {Permission.CASE_ACT, Permission.CASE_COMMENT, Permission.CASE_READ, Permission.CASE_REPORT}
)  # fmt: skip

BY_ROLE: Mapping[Role, frozenset[Permission]] = {
    **dict.fromkeys(Role, _CASEWORK),
    Role.CITY_SUPERVISOR: _CASEWORK | {Permission.NOTICE_AUDIT, Permission.WORKFLOW_CHECK},
    Role.AUDITOR: frozenset({Permission.CASE_READ, Permission.NOTICE_AUDIT, Permission.WORKFLOW_CHECK}),
    Role.PRIVACY_OFFICER: frozenset({Permission.CASE_READ}),
    Role.ADMIN: frozenset({Permission.TOKEN_ADMINISTER, Permission.WEBHOOK_MANAGE, Permission.WORKFLOW_CHECK}),
}
"""What a post adds (workflow.md §1: an admin configures and sees no case by default; an auditor reads)."""

ALL_SCOPES = "*"

SCOPES: Mapping[str, frozenset[Permission]] = {
    ALL_SCOPES: frozenset(Permission),
    "account:read": frozenset({Permission.ACCOUNT_READ}),
    "cases:read": frozenset({Permission.CASE_READ, Permission.CITY_READ}),
    "cases:write": _CASEWORK | {Permission.CITY_READ},
    "city:read": frozenset({Permission.CITY_READ}),
    "notices:read": frozenset({Permission.NOTICE_READ, Permission.NOTICE_AUDIT}),
    "notices:write": frozenset({Permission.ADDRESS_MANAGE, Permission.PREFERENCE_WRITE}),
    "tokens:write": frozenset({Permission.TOKEN_ADMINISTER, Permission.TOKEN_MANAGE}),
    "webhooks:write": frozenset({Permission.WEBHOOK_MANAGE}),
    "workflows:check": frozenset({Permission.CITY_READ, Permission.WORKFLOW_CHECK}),
}
"""What a program's token may at most do: its person's permissions, cut down to those of its scopes."""


def permissions_of(roles: Iterable[Role], scopes: Iterable[str] = (ALL_SCOPES,)) -> frozenset[Permission]:
    """What somebody in those roles may do through a credential of those scopes; an unknown scope gives nothing."""
    held = EVERYBODY.union(*(BY_ROLE[role] for role in roles))
    return held & frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
