"""Passwords: which may be chosen, and that only the right one fits its hash."""

import pytest
from argon2 import PasswordHasher, extract_parameters

from gridgov.domain.errors import Invalid
from gridgov.services.passwords import check_password, hash_password, outdated, verify_password


@pytest.mark.parametrize(
    "password", ["eight888", "三座老桥下的流水", "a" * 60 + "bcd" + "e" * 65, "correct horse battery staple"]
)
def test_length_is_enough_for_a_password(password: str) -> None:
    check_password(password, "jian.secretary")


@pytest.mark.parametrize(
    "password",
    ["seven77", "x" * 100 + "long wide" * 4, "password", "PassWord123", "1qaz2wsx", "12121212", "my jian.Secretary!"],
)
def test_a_short_endless_common_or_telling_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "jian.secretary")
    (sentence,) = refused.value.fields["password"]
    assert sentence and getattr(sentence, "zh", sentence) != sentence


def test_only_the_right_password_fits() -> None:
    kept = hash_password("three old bridges")
    assert verify_password(kept, "three old bridges")
    assert not verify_password(kept, "three old bridge")
    assert not verify_password(None, "three old bridges")


def test_the_same_password_typed_in_wide_letters_fits() -> None:
    assert verify_password(hash_password("bridge2026"), "ｂｒｉｄｇｅ２０２６")


def test_a_hash_says_that_it_took_46_mib() -> None:
    parameters = extract_parameters(hash_password("three old bridges"))
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (46 * 1024, 1, 1)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert outdated(PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash("three old bridges"))
    assert not outdated(hash_password("three old bridges"))
