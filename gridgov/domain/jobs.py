"""The words of jobs: what can be imported and where a job stands. What a job does: services.imports."""

from enum import StrEnum


class ImportKind(StrEnum):
    """What a file holds. `posts` is the sheet of people for people who are there already."""

    CASES = "cases"
    UNITS = "units"
    PEOPLE = "people"
    POSTS = "posts"
    BOUNDARIES = "boundaries"
    CATALOGUE = "catalogue"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
