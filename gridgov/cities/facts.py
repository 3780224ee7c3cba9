"""Reads a city's fact file (TOML) into values: real names, word lists, bounds. It makes nothing up."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from gridgov.cities.geometry import Rect


@dataclass(frozen=True)
class Name:
    """What a thing is called: a short ASCII code or trade, Chinese and English."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class SubdistrictFacts:
    """A subdistrict, how many communities it has, and those whose names are known."""

    name: Name
    community_count: int
    communities: tuple[Name, ...]


@dataclass(frozen=True)
class CompoundFacts:
    """A compound with a known name; `committee` is owners, management or None."""

    name: Name
    community: str
    buildings: int
    has_property: bool
    committee: str | None
    emergency: bool


@dataclass(frozen=True)
class Words:
    """The lists from which invented names are made."""

    stems: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    courtyard_types: tuple[tuple[str, str], ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]


@dataclass(frozen=True)
class CityFacts:
    """Everything that a fact file says."""

    name: Name
    bounds: Rect
    subdistricts: tuple[SubdistrictFacts, ...]
    compounds: tuple[CompoundFacts, ...]
    departments: tuple[Name, ...]
    utilities: tuple[Name, ...]
    words: Words


def read_facts(file_name: str) -> CityFacts:
    """The facts of the packaged file `file_name`, such as "xuanwei.toml".

    Raises FileNotFoundError, tomllib.TOMLDecodeError or KeyError: the file is part of the package, so each is a bug.
    """
    text = resources.files("gridgov.cities").joinpath(file_name).read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return CityFacts(
        name=_name(table["city"]),
        bounds=Rect(**table["city"]["bounds"]),
        subdistricts=tuple(_subdistrict(row) for row in table["subdistricts"]),
        compounds=tuple(_compound(row) for row in table["compounds"]),
        departments=tuple(_trade(row) for row in table["departments"]),
        utilities=tuple(_trade(row) for row in table["utilities"]),
        words=_words(table["compound_names"], table["person_names"]),
    )


def _name(row: dict[str, Any]) -> Name:
    return Name(row["code"], row["zh"], row["en"])


def _trade(row: dict[str, Any]) -> Name:
    return Name(row["trade"], row["zh"], row["en"])


def _subdistrict(row: dict[str, Any]) -> SubdistrictFacts:
    return SubdistrictFacts(_name(row), row["communities"], tuple(_name(named) for named in row["named"]))


def _compound(row: dict[str, Any]) -> CompoundFacts:
    committee = None if row["committee"] == "none" else row["committee"]
    return CompoundFacts(
        _name(row), row["community"], row["buildings"], row["property"], committee, emergency=row["emergency"]
    )


def _words(compounds: dict[str, Any], persons: dict[str, str]) -> Words:
    return Words(
        stems=_pairs(compounds["stems"]),
        types=_pairs(compounds["types"]),
        courtyard_types=_pairs(compounds["courtyard_types"]),
        surnames=tuple(persons["surnames"].split()),
        given=tuple(persons["given"].split()),
    )


def _pairs(rows: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((zh, en) for zh, en in rows)
