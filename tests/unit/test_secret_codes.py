"""Codes that people read and type, what of a phone is shown, who counts as one caller, and what hangs on a wall."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from gridgov.adapters.qr_svg import qr_svg, sheet_svg
from gridgov.adapters.sealing import Sealer
from gridgov.domain.actors import Actor
from gridgov.domain.addresses import caller_network
from gridgov.domain.case import Facts
from gridgov.domain.contact_rights import masked_phone, may_see_contact
from gridgov.domain.model_city import (
    BRANCH,
    BUILDING,
    CITY,
    COMMITTEE,
    COMMUNITY,
    COMPOUND,
    GROUP,
    PROPERTY,
    SUBDISTRICT,
    model_city,
)
from gridgov.domain.org import Post, Role
from gridgov.domain.qr_places import codes_within, keeps_codes_of
from gridgov.domain.secret_codes import ALPHABET, read_code, spell

TREE = model_city()
FACTS = Facts(
    "handling", "0401", "P3", COMPOUND, COMMUNITY, SUBDISTRICT, CITY, BRANCH, building_id=BUILDING, handler_id=PROPERTY
)


def actor(unit: int) -> Actor:
    person = TREE.acting[unit][0]
    return Actor(person, TREE.posts_of[person])


def test_a_code_is_spelled_without_look_alikes_and_read_back_in_any_spelling() -> None:
    code = spell(2**256 - 1, 10)
    assert len(code) == 10
    assert not set("01IOL") & set(ALPHABET)
    for typed in (code.lower(), f" {code[:5]}-{code[5:]} ", f"{code[:5]}\u3000{code[5:]}"):
        assert read_code(typed, 10) == code


@pytest.mark.parametrize(
    "typed", ["", "23456789A", "23456789ABC", "23456789AO", "23456789A1", "２３４５６７８９ＡＢ", "é" * 10]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed, 10) is None


def test_every_letter_is_as_likely_as_the_others() -> None:
    letters = [letter for number in range(31**3) for letter in spell(number, 3)]
    assert {letters.count(letter) for letter in ALPHABET} == {len(letters) // 31}


def test_a_mark_needs_the_secret_and_its_purpose() -> None:
    ours = Sealer("one").mark("a", "x")
    assert ours == Sealer("one").mark("a", "x")
    assert len({ours, Sealer("two").mark("a", "x"), Sealer("one").mark("b", "x"), Sealer("one").mark("a", "y")}) == 4


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13812345678", "138****5678"), ("+86 138-1234-5678", "86138****5678"), ("7122345", "****45"), ("5", "****5")],
)
def test_a_phone_is_shown_masked(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


def test_owner_handler_and_levels_above_may_ask_how_the_reporter_is_reached() -> None:
    assert [unit for unit in TREE.acting if may_see_contact(FACTS, actor(unit), TREE)] == [
        CITY,
        SUBDISTRICT,
        COMMUNITY,
        BRANCH,
        PROPERTY,
    ]
    assert not may_see_contact(FACTS, actor(GROUP), TREE)
    assert not may_see_contact(FACTS, Actor(1, (Post(1, Role.AUDITOR, CITY),)), TREE)


def test_whom_the_case_is_about_never_sees_the_contact() -> None:
    accused = replace(FACTS, about=("property",))
    assert not may_see_contact(accused, actor(PROPERTY), TREE)
    both = Actor(1, (Post(1, Role.BRANCH_SECRETARY, BRANCH), Post(1, Role.PROPERTY_STAFF, PROPERTY)))
    assert may_see_contact(FACTS, both, TREE)
    assert not may_see_contact(accused, both, TREE)


def test_a_branch_looks_after_the_codes_of_the_compounds_that_it_serves() -> None:
    assert keeps_codes_of(actor(BRANCH), TREE) == {COMPOUND, BUILDING}
    assert keeps_codes_of(actor(COMMUNITY), TREE) == {COMPOUND, BUILDING}
    assert keeps_codes_of(actor(COMMITTEE), TREE) == frozenset()
    assert codes_within(BUILDING, TREE) == [BUILDING]


def test_an_address_counts_alone_and_of_ipv6_the_network() -> None:
    assert caller_network("203.0.113.7") == "203.0.113.7"
    assert caller_network("2001:db8:1:2:3::4") == caller_network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert caller_network("") == "unknown"


def test_a_sheet_is_svg_with_its_words_escaped() -> None:
    sheet = ElementTree.fromstring(sheet_svg("https://x/q/A", ("<吉安>", "1号楼"), ("a & b",)).encode())
    words = [each.text for each in sheet.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["<吉安>", "1号楼", "a & b"]
    assert ElementTree.fromstring(qr_svg("https://x/q/A").encode()).tag.endswith("svg")
