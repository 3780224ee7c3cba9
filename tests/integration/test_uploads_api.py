"""Photos over HTTP: sent in, looked at by whoever may, and hung on the case that they prove."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from gridgov.db.session import city_now
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GRID, GROUP, PROPERTY
from gridgov.http.body import UPLOAD_BYTES
from gridgov.services.doctor import run_doctor
from gridgov.settings import Settings
from tests.http_client import CASES, UPLOADS, Client, make_client
from tests.photos import flat_png, photo

ATTACHMENTS = "/api/v1/attachments"


@pytest.fixture
def client(own_engine: Engine, settings: Settings, folder: Path) -> Iterator[Client]:
    """A client of its own city with its own folder of files."""
    return make_client(own_engine, replace(settings, files=folder))


def put(client: Client, unit: int, name: Any, data: bytes, kind: str = "image/jpeg") -> TestResponse:
    """What somebody of the unit gets for a photo under an id of their own."""
    headers = {"Authorization": f"Bearer {client.token_of(unit)}", "Content-Type": kind, "Accept-Language": "en"}
    return client.app.test_client().put(f"{UPLOADS}/{name}", data=data, headers=headers)


def handling(client: Client) -> str:
    """The number of a case of 0401 that the property works on."""
    number: str = client.report(GRID)["number"]
    client.act(BRANCH, number, "accept")
    client.act(COMMITTEE, number, "acknowledge")
    return number


def test_a_photo_is_taken_in_and_its_uploader_sees_it(client: Client) -> None:
    data = photo(800, 600)
    taken = client.upload(GRID, data, name="../../x.exe")
    assert taken.status_code == 201
    assert (taken.json["media_type"], taken.json["width"], taken.json["height"]) == ("image/jpeg", 800, 600)
    assert taken.json["sha256"] == hashlib.sha256(data).hexdigest()
    shown = client.call(GRID, "GET", taken.json["links"]["self"])
    assert (shown.status_code, len(shown.data)) == (200, taken.json["size"])
    assert Image.open(BytesIO(shown.data)).size == (800, 600)
    assert b"Exif" not in shown.data
    assert Image.open(BytesIO(client.call(GRID, "GET", taken.json["links"]["thumb"]).data)).size == (320, 240)


def test_a_photo_is_sent_so_that_a_browser_does_nothing_but_show_it(client: Client) -> None:
    name = client.photo(GRID)
    shown = client.call(GRID, "GET", f"{ATTACHMENTS}/{name}")
    assert shown.content_type == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"] == f'inline; filename="{name}.jpg"'
    assert shown.headers["Cache-Control"].startswith("private")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    again = client.call(GRID, "GET", f"{ATTACHMENTS}/{name}", If_None_Match=shown.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("data", "status", "code", "says"),
    [
        (b"%PDF-1.7 and so on", 415, "unsupported_media_type", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_media_type", "SVG"),
        (flat_png(10_000, 6_000), 413, "too_large", "10000 × 6000"),
        (b"\xff\xd8\xff" + b"\0" * UPLOAD_BYTES, 413, "too_large", "10 MiB"),
        (b"\xff\xd8\xff".ljust(UPLOAD_BYTES + 1, b"\0"), 413, "too_large", "10 MiB"),
        (b"", 422, "validation_failed", "empty"),
        (photo(400, 300)[:-400], 422, "validation_failed", "damaged"),
    ],
)
def test_what_is_no_bearable_photo_is_refused_in_a_sentence(
    client: Client, folder: Path, data: bytes, status: int, code: str, says: str
) -> None:
    for refused in (client.upload(GRID, data), put(client, GRID, uuid4(), data, "image/jpeg")):
        assert (refused.status_code, refused.json["code"]) == (status, code)
        assert says in refused.json["detail"]
    in_chinese = client.upload(GRID, data, Accept_Language="zh").json["detail"]
    assert in_chinese != refused.json["detail"]
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_exactly_ten_mebibytes_are_taken(client: Client) -> None:
    data = photo().ljust(UPLOAD_BYTES, b"\0")
    assert client.upload(GRID, data).status_code == 201
    assert put(client, GRID, uuid4(), data).status_code == 201


def test_a_form_holds_one_file_and_nothing_else(client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.token_of(GRID)}"}
    for form in ({}, {"other": (BytesIO(photo()), "a.jpg")}, {"file": (BytesIO(photo()), "a.jpg"), "case": "1"}):
        sent = {"content_type": "multipart/form-data", "data": form, "headers": headers}
        refused = client.app.test_client().post(UPLOADS, **sent)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["file"])
    assert client.call(GRID, "POST", UPLOADS, {"file": "x"}).status_code == 422


def test_a_repeated_form_with_the_same_key_is_one_upload(client: Client) -> None:
    data = photo()
    first, second = (client.upload(GRID, data, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert {**first.json} == {**second.json}
    assert second.headers["Idempotent-Replayed"] == "true"
    assert client.upload(GRID, photo(color="navy"), Idempotency_Key="k").json["code"] == "idempotency_mismatch"


def test_a_photo_under_an_own_id_may_be_sent_again_but_not_replaced(client: Client) -> None:
    name, data = uuid4(), photo()
    first, again = put(client, GRID, name, data), put(client, GRID, name, data, "application/octet-stream")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["id"] == str(name)
    other = put(client, GRID, name, photo(color="navy"))
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    assert put(client, BRANCH, name, data).status_code == 409
    assert put(client, GRID, "x", data).status_code == 422


def test_a_stranger_sends_nothing(client: Client, folder: Path) -> None:
    assert client.upload(None, photo()).status_code == 401
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_photo_that_waits_is_its_uploaders_alone(client: Client) -> None:
    name = client.photo(GRID)
    for unit in (BRANCH, CITY):
        assert client.call(unit, "GET", f"{ATTACHMENTS}/{name}").status_code == 404
    assert client.call(GRID, "GET", f"{ATTACHMENTS}/{uuid4()}").status_code == 404
    assert client.call(GRID, "GET", f"{ATTACHMENTS}/x").status_code == 404


def test_whoever_sees_the_case_sees_its_photos_and_nobody_else(client: Client) -> None:
    name = client.photo(GRID)
    case = client.report(GRID, attachments=[name])
    (shown,) = case["attachments"]
    assert (shown["id"], shown["kind"], shown["media_type"]) == (name, "before", "image/jpeg")
    assert (shown["width"], shown["height"]) == (40, 30)
    assert shown["at"].endswith("Z")
    assert shown["links"]["thumb"] == f"{ATTACHMENTS}/{name}?size=thumb"
    for unit in (GRID, BRANCH, COMMUNITY, CITY):
        assert client.call(unit, "GET", f"{ATTACHMENTS}/{name}").status_code == 200
    assert client.call(PROPERTY, "GET", f"{CASES}/{case['number']}").status_code == 404
    for size in ("full", "thumb"):
        assert client.call(PROPERTY, "GET", f"{ATTACHMENTS}/{name}?size={size}").status_code == 404


def test_work_of_a_category_with_evidence_is_done_only_with_a_photo(client: Client) -> None:
    number = handling(client)
    needs = {
        each["action"]: each["needs"]
        for each in client.call(PROPERTY, "GET", f"{CASES}/{number}").json["allowed_actions"]
    }
    assert "attachments" in needs["resolve"]
    refused = client.act(PROPERTY, number, "resolve", note="cleared")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["attachments"])
    assert "0401" in refused.json["detail"]
    name = client.photo(PROPERTY)
    done = client.act(PROPERTY, number, "resolve", note="cleared", attachments=[name])
    assert done.status_code == 200, done.text
    assert [(each["id"], each["kind"]) for each in done.json["attachments"]] == [(name, "after")]
    event = client.call(PROPERTY, "GET", f"{CASES}/{number}/events").json["items"][-1]
    (proof,) = event["data"]["attachments"]
    kept = client.call(PROPERTY, "GET", f"{ATTACHMENTS}/{name}").data
    assert proof == {"id": name, "sha256": hashlib.sha256(kept).hexdigest(), "media_type": "image/jpeg"}


def test_what_is_put_right_on_the_spot_needs_a_photo_or_a_note(client: Client) -> None:
    bare, noted, shown = (client.report(GRID, category="0401")["number"] for _ in range(3))
    assert client.act(GRID, bare, "self_handle").status_code == 422
    assert client.act(GRID, noted, "self_handle", note="picked up").status_code == 200
    done = client.act(GRID, shown, "self_handle", attachments=[client.photo(GRID)])
    assert [each["kind"] for each in done.json["attachments"]] == ["after"]


def test_a_photo_attached_later_is_before_other_or_after(client: Client) -> None:
    number = client.report(GRID)["number"]
    first = client.act(GRID, number, "attach", attachments=[client.photo(GRID), client.photo(GRID)])
    assert [each["kind"] for each in first.json["attachments"]] == ["before", "before"]
    client.act(BRANCH, number, "accept")
    later = client.act(GROUP, number, "attach", attachments=[client.photo(GROUP)], note="the other side")
    assert [each["kind"] for each in later.json["attachments"]] == ["before", "before", "other"]


def test_unknown_foreign_used_and_doubled_uploads_are_refused_and_change_nothing(client: Client) -> None:
    number = client.report(GRID)["number"]
    used, foreign, own = client.photo(GRID), client.photo(BRANCH), client.photo(GRID)
    client.act(GRID, number, "attach", attachments=[used])
    for ids in ([str(uuid4())], [foreign], [used], [own, own], [own, foreign]):
        refused = client.act(GRID, number, "attach", attachments=ids)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["attachments"]), ids
        body = {"description": "x", "category": "0401", "place": {"building_id": 6}, "attachments": ids}
        assert list(client.call(GRID, "POST", CASES, body).json["errors"]) == ["attachments"]
    assert client.act(GRID, number, "attach", attachments=["x"]).status_code == 422
    assert client.call(GRID, "GET", f"{CASES}/{number}").json["version"] == 2
    assert client.act(GRID, number, "attach", attachments=[own]).status_code == 200


def test_who_may_not_act_hears_that_before_anything_about_files(client: Client) -> None:
    number = handling(client)
    refused = client.act(GRID, number, "resolve", note="done", attachments=[str(uuid4())])
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_nobody_fills_the_disk_with_photos_that_wait(client: Client) -> None:
    person = client.city.tree.acting[GRID][0]
    with client.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO uploads (id, who, sha256, stored_sha256, thumb_sha256, media_type, size, width, height,"
                " created_at) SELECT gen_random_uuid(), :who, '', '', '', 'image/jpeg', 1, 1, 1, now()"
                " FROM generate_series(1, 100)"
            ),
            {"who": f"person:{person}"},
        )
    full = client.upload(GRID, photo())
    assert (full.status_code, full.json["code"]) == (429, "rate_limited")
    assert int(full.headers["Retry-After"]) > 0


def test_a_photo_whose_file_is_lost_is_not_found_and_doctor_names_its_case(client: Client, folder: Path) -> None:
    case = client.report(GRID, attachments=[client.photo(GRID)])
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert client.call(GRID, "GET", case["attachments"][0]["links"]["self"]).status_code == 404
    runtime = client.app.extensions["gridgov"].runtime
    with runtime.transaction() as session:
        problems = run_doctor(session, client.city.world, city_now(session), files=runtime.files)
    assert {problem.case_number for problem in problems} == {case["number"]}
