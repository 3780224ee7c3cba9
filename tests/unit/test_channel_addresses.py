"""Which Apprise addresses are taken: a closed list, without what would lead elsewhere."""

import pytest

from gridgov.adapters.channels import KINDS, ChannelRefused, fitted, lane_of


@pytest.mark.parametrize(
    ("url", "lane"),
    [
        ("wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa", "wecombot"),
        ("dingtalk://SECabc123@token123/", "dingtalk"),
        ("feishu://abcdef123456", "feishu"),
        ("ntfy://ntfy.city.example/topic", "ntfy"),
        ("ntfys://ntfy.city.example:8443/topic", "ntfy"),
        ("mailto://user:pass@mail.example/?to=desk@city.example", "mailto"),
        ("mailtos://user:pass@mail.example/?to=desk@city.example", "mailto"),
    ],
)
def test_the_kinds_that_people_here_use_are_taken(url: str, lane: str) -> None:
    assert lane_of(url, ()) == lane


@pytest.mark.parametrize(
    "url",
    [
        "wecom://token",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "http://169.254.169.254/",
        "",
        "wecombot://",
        "dingtalk://no-dashes-here",
        "ntfys://ntfy.city.example/topic?redirect=yes",
        "ntfys://ntfy.city.example/topic?verify=no",
        "ntfys://ntfy.city.example/topic?attach=file:///etc/passwd",
        "mailtos://user:pass@mail.example/?to=a@b.example&smtp=127.0.0.1",
        "mailtos://user:pass@mail.example/?SMTP=127.0.0.1",
        "json://127.0.0.1:8080/x",
    ],
)
def test_everything_else_is_refused_without_repeating_the_address(url: str) -> None:
    with pytest.raises(ChannelRefused) as refusal:
        lane_of(url, ())
    assert not url or url not in str(refusal.value)


def test_json_goes_only_where_the_operator_allows_it() -> None:
    assert lane_of("json://127.0.0.1:8080/x", ("127.0.0.1:8080",)) == "json"


def test_the_list_of_kinds_is_closed() -> None:
    assert set(KINDS) == {
        *("wecombot", "dingtalk", "feishu", "ntfy", "ntfys", "mailto", "mailtos", "json", "jsons"),
    }


def test_a_long_text_is_cut_between_lines_to_what_a_robot_takes() -> None:
    text = "\n".join(f"案件 {number}" for number in range(500))
    cut = fitted(text, 2000)
    assert len(cut.encode()) <= 2000
    assert cut.endswith("\n…")
    assert text.startswith(cut.removesuffix("\n…"))
    assert fitted("short", 2000) == "short"
