"""Which addresses are called at all: no private one, under whatever name or spelling."""

import pytest

from gridgov.adapters.egress import EgressError, EgressRefused, check_url, checked_address, post


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "https://hooks.example:8443/x",
        "https://10.0.0.7/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://169.254.169.254/latest",
        "https://user:secret@hooks.example/x",
        "https://hooks.example/x#part",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost:x",
        "https:///x",
        "https://hooks.example:99999/",
        "ftp://hooks.example/x",
        "javascript:alert(1)",
        "https://ｈooks.example/x",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(url, ())


def test_a_public_https_address_may_be_kept_and_an_allowed_one_too() -> None:
    check_url("https://hooks.example/x?y=1", ())
    check_url("http://127.0.0.1:9/x", ("127.0.0.1:9",))
    check_url("http://[::1]:9/x", ("[::1]:9",))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "0", "::1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1",
     "64:ff9b::a00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_a_name_that_leads_home_is_refused_when_it_is_called(host: str) -> None:
    with pytest.raises(EgressRefused):
        checked_address(host, 443, ())


def test_what_is_allowed_is_a_host_with_its_port() -> None:
    assert checked_address("127.0.0.1", 8025, ("127.0.0.1:8025",)) == "127.0.0.1"
    with pytest.raises(EgressRefused):
        checked_address("127.0.0.1", 8026, ("127.0.0.1:8025",))


def test_a_name_that_nobody_knows_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(EgressError):
        checked_address("no-such-host.invalid", 443, ())


def test_nothing_is_sent_to_a_private_address() -> None:
    with pytest.raises(EgressRefused, match="not public"):
        post("https://localhost/secret-path", b"{}", {}, ())
