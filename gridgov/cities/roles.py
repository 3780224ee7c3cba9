"""The words for the roles that a post may carry (workflow.md §1). What a role may do belongs to gridgov.domain."""

from typing import Final

HOUSEHOLD_LEAD: Final = "household_lead"
BUILDING_LEADER: Final = "building_leader"
GRID_WORKER: Final = "grid_worker"
BRANCH_SECRETARY: Final = "branch_secretary"
COMMITTEE_MEMBER: Final = "committee_member"
PROPERTY_STAFF: Final = "property_staff"
UTILITY_STAFF: Final = "utility_staff"
COMMUNITY_OFFICER: Final = "community_officer"
SUBDISTRICT_DISPATCHER: Final = "subdistrict_dispatcher"
DEPARTMENT_OFFICER: Final = "department_officer"
VOLUNTEER: Final = "volunteer"
CITY_SUPERVISOR: Final = "city_supervisor"
AUDITOR: Final = "auditor"
PRIVACY_OFFICER: Final = "privacy_officer"
ADMIN: Final = "admin"

ALL: Final = (
    HOUSEHOLD_LEAD,
    BUILDING_LEADER,
    GRID_WORKER,
    BRANCH_SECRETARY,
    COMMITTEE_MEMBER,
    PROPERTY_STAFF,
    UTILITY_STAFF,
    COMMUNITY_OFFICER,
    SUBDISTRICT_DISPATCHER,
    DEPARTMENT_OFFICER,
    VOLUNTEER,
    CITY_SUPERVISOR,
    AUDITOR,
    PRIVACY_OFFICER,
    ADMIN,
)
