"""The plain page: what it says, to whom it names logins, and that it needs nothing from elsewhere."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gridgov.adapters.demo_logins import DemoLogin, DemoLogins, DemoPost, keep_demo_logins
from gridgov.app import create_app
from gridgov.bootstrap import make_runtime
from gridgov.settings import Settings

PASSWORD = "k7mw-3xhd-p9tr"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with demonstration logins."""
    posts = (DemoPost("grid_worker", "一号网格", "Grid 1"),)
    keep_demo_logins(tmp_path, DemoLogins(PASSWORD, (DemoLogin("jian.grid", "张三", posts),)))
    return tmp_path


def browser(settings: Settings, **changed: object) -> FlaskClient:
    runtime = make_runtime(replace(settings, **changed), "postgresql://nobody@127.0.0.1:1/nothing")  # type: ignore[arg-type]
    return create_app(runtime).test_client()


def test_the_page_says_what_runs_and_links_the_documents(settings: Settings, tmp_path: Path) -> None:
    page = browser(settings, home=tmp_path).get("/")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert '<html lang="zh-CN">' in page.text
    assert {"/api/v1/docs", "/api/v1/openapi.json"} <= set(re.findall(r'href="([^"]+)"', page.text))
    assert "jian.grid" not in page.text


def test_every_address_on_the_page_answers_from_this_server(settings: Settings, tmp_path: Path) -> None:
    client = browser(settings, home=tmp_path)
    links = re.findall(r'(?:href|src)="([^"]+)"', client.get("/").text)
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    # Readiness and the numbers ask the database, which is away here.
    asked = [link for link in links if link not in {"/readyz", "/metrics"}]
    assert asked == ["/static/front.css", "/api/v1/docs", "/api/v1/openapi.json"]
    for link in asked:
        with client.get(link) as answer:
            assert answer.status_code == 200


def test_the_page_has_nothing_that_its_policy_would_refuse(settings: Settings, home: Path) -> None:
    page = browser(settings, home=home).get("/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style| style=| on\w+=", page.text)


def test_on_this_machine_the_demonstrations_logins_are_named_and_the_password_is_not(
    settings: Settings, home: Path
) -> None:
    page = browser(settings, home=home).get("/").text
    assert "jian.grid" in page
    assert "grid_worker" in page
    assert str(home / "demo-logins") in page
    assert PASSWORD not in page


def test_a_visitor_from_elsewhere_is_told_no_login(settings: Settings, home: Path) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert "jian.grid" not in browser(settings, home=home).get("/", environ_base=elsewhere).text
    assert "jian.grid" not in browser(settings, home=home, host="0.0.0.0").get("/").text


def test_a_file_of_logins_that_somebody_has_broken_does_not_break_the_page(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "demo-logins").write_text("nonsense\n")
    assert browser(settings, home=tmp_path).get("/").status_code == 200
