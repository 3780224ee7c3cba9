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
    CONTACT_AUDIT = "contact:audit"
    CONTACT_REVEAL = "contact:reveal"
    IMPORT_MANAGE = "import:manage"
    MEETING_ATTEND = "meeting:attend"
    MEETING_HOLD = "meeting:hold"
    NOTICE_AUDIT = "notice:audit"
    NOTICE_READ = "notice:read"
    ORG_MANAGE = "org:manage"
    PREFERENCE_WRITE = "preference:write"
    QR_MANAGE = "qr:manage"
    ROSTER_MANAGE = "roster:manage"
    TOKEN_ADMINISTER = "token:administer"
    TOKEN_MANAGE = "token:manage"
    WEBHOOK_MANAGE = "webhook:manage"
    WORKFLOW_ADMINISTER = "workflow:administer"
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

_WATCHING = frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER, Role.ADMIN})
_WORKING = frozenset(Role) - _WATCHING
_DESKS = frozenset({Role.COMMUNITY_OFFICER, Role.SUBDISTRICT_DISPATCHER})
_OWNERS = frozenset({Role.BRANCH_SECRETARY, *_DESKS})
_HANDLERS = frozenset({Role.PROPERTY_STAFF, Role.UTILITY_STAFF, Role.DEPARTMENT_OFFICER})
_CITY = frozenset({Role.CITY_SUPERVISOR})

GRANTED: Mapping[Permission, frozenset[Role]] = {
    Permission.CASE_ACT: _WORKING,
    Permission.CASE_COMMENT: _WORKING,
    Permission.CASE_READ: frozenset(Role) - {Role.ADMIN},
    Permission.CASE_REPORT: _WORKING,
    Permission.CONTACT_AUDIT: frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),
    # Whose units own, handle or supervise cases; for which case and which field is domain.contact_rights' affair.
    Permission.CONTACT_REVEAL: _OWNERS | _HANDLERS | _CITY,
    Permission.IMPORT_MANAGE: frozenset({Role.ADMIN}),
    Permission.MEETING_ATTEND: _WORKING | {Role.AUDITOR},
    Permission.MEETING_HOLD: _OWNERS | _CITY,
    Permission.NOTICE_AUDIT: _CITY | {Role.AUDITOR},
    Permission.ORG_MANAGE: frozenset({Role.ADMIN}),
    Permission.QR_MANAGE: _OWNERS | {Role.ADMIN},
    Permission.ROSTER_MANAGE: _OWNERS | _HANDLERS | _CITY | {Role.GRID_WORKER, Role.ADMIN},
    Permission.TOKEN_ADMINISTER: frozenset({Role.ADMIN}),
    Permission.WEBHOOK_MANAGE: frozenset({Role.ADMIN}),
    Permission.WORKFLOW_ADMINISTER: frozenset({Role.ADMIN}),
    Permission.WORKFLOW_CHECK: _CITY | {Role.AUDITOR, Role.ADMIN},
}
"""Who is given what by a post (workflow.md §1: an admin configures and sees no case by default; an auditor reads)."""

BY_ROLE: Mapping[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, roles in GRANTED.items() if role in roles) for role in Role
}
"""The same by role: what a post adds."""

ALL_SCOPES = "*"

_CASEWORK = frozenset(
    {Permission.CASE_ACT, Permission.CASE_COMMENT, Permission.CASE_READ, Permission.CASE_REPORT}
)  # fmt: skip

SCOPES: Mapping[str, frozenset[Permission]] = {
    ALL_SCOPES: frozenset(Permission),
    "account:read": frozenset({Permission.ACCOUNT_READ}),
    "cases:read": frozenset({Permission.CASE_READ, Permission.CITY_READ}),
    "cases:write": _CASEWORK | {Permission.CITY_READ},
    "city:read": frozenset({Permission.CITY_READ}),
    "contacts:read": frozenset({Permission.CONTACT_AUDIT, Permission.CONTACT_REVEAL}),
    "imports:write": frozenset({Permission.CITY_READ, Permission.IMPORT_MANAGE}),
    "meetings:write": frozenset({Permission.CITY_READ, Permission.MEETING_ATTEND, Permission.MEETING_HOLD}),
    "notices:read": frozenset({Permission.NOTICE_READ, Permission.NOTICE_AUDIT}),
    "notices:write": frozenset({Permission.ADDRESS_MANAGE, Permission.PREFERENCE_WRITE}),
    "org:write": frozenset({Permission.CITY_READ, Permission.ORG_MANAGE, Permission.ROSTER_MANAGE}),
    "qr:write": frozenset({Permission.CITY_READ, Permission.QR_MANAGE}),
    "tokens:write": frozenset({Permission.TOKEN_ADMINISTER, Permission.TOKEN_MANAGE}),
    "webhooks:write": frozenset({Permission.WEBHOOK_MANAGE}),
    "workflows:check": frozenset({Permission.CITY_READ, Permission.WORKFLOW_CHECK}),
    "workflows:write": frozenset({Permission.CITY_READ, Permission.WORKFLOW_ADMINISTER, Permission.WORKFLOW_CHECK}),
}
"""What a program's token may at most do: its person's permissions, cut down to those of its scopes."""


def permissions_of(roles: Iterable[Role], scopes: Iterable[str] = (ALL_SCOPES,)) -> frozenset[Permission]:
    """What somebody in those roles may do through a credential of those scopes; an unknown scope gives nothing."""
    held = EVERYBODY.union(*(BY_ROLE[role] for role in roles))
    return held & frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
