"""Imports over HTTP: ordered, shown, listed; bad files are answered, bad rows are named."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gridgov.domain.model_city import BRANCH
from gridgov.services.imports.running import work_off
from gridgov.settings import Settings
from tests.integration.import_house import ADMIN, IMPORTS, UNITS, House, house_of


@pytest.fixture
def house(own_engine: Engine, settings: Settings, folder: Path) -> House:
    """A city of its own with an administrator, and a folder for its files."""
    return house_of(own_engine, settings, folder)


def test_an_order_is_accepted_worked_off_and_shown(house: House) -> None:
    answer = house.order("units", UNITS + "m.s.c.y,compound,新村,m.s.c\n", "新小区.csv")
    assert (answer.status_code, answer.json["state"], answer.json["total"]) == (202, "queued", None)
    assert answer.headers["Location"] == answer.json["links"]["self"] == f"{IMPORTS}/{answer.json['id']}"
    assert work_off(house.shop)
    shown = house.get(answer.json["links"]["self"]).json
    assert (shown["state"], shown["total"], shown["done"], shown["refused"]) == ("done", 1, 1, 0)
    assert shown["summary"]["counts"]["added"] == 1
    assert shown["summary"]["changes"] == [{"row": 2, "key": "m.s.c.y", "verdict": "added", "changed": []}]
    assert "has no branch" in shown["summary"]["remarks"][0]["en"]
    assert (shown["file"], shown["ordered_by"]) == ("新小区.csv", ADMIN)
    assert house.sql("SELECT name_zh FROM units WHERE code = 'm.s.c.y'") == ["新村"]
    assert not work_off(house.shop)


def test_only_an_administrator_imports(house: House) -> None:
    assert house.order("units", UNITS, who=BRANCH).status_code == 403
    assert house.client.call(BRANCH, "GET", IMPORTS).status_code == 403


def test_a_dry_run_says_what_would_change_and_writes_nothing(house: House) -> None:
    rows = UNITS + "m.s.c.y,compound,新村,m.s.c\nm.s.c.y.1,building,一号楼,m.s.c.y\nm.s.c.x,compound,改名,m.s.c\n"
    version = house.sql("SELECT version FROM org_version")
    shown = house.done("units", rows, dry_run="true")
    counts = shown["summary"]["counts"]
    assert (counts["added"], counts["changed"], counts["unchanged"], shown["refused"]) == (2, 1, 0, 0)
    assert {"row": 4, "key": "m.s.c.x", "verdict": "changed", "changed": ["name_zh"]} in [
        {name: each[name] for name in ("row", "key", "verdict", "changed")} for each in shown["summary"]["changes"]
    ]
    assert house.sql("SELECT count(*) FROM units WHERE code LIKE 'm.s.c.y%'") == [0]
    assert house.sql("SELECT version FROM org_version") == version


def test_a_second_run_changes_nothing(house: House) -> None:
    rows = UNITS + "m.s.c.y,compound,新村,m.s.c\nm.s.c.y.1,building,一号楼,m.s.c.y\n"
    assert house.done("units", rows)["summary"]["counts"]["added"] == 2
    version = house.sql("SELECT version FROM org_version")
    again = house.done("units", rows)["summary"]["counts"]
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert house.sql("SELECT version FROM org_version") == version


def test_a_bad_row_is_named_and_the_rest_goes_in(house: House) -> None:
    rows = UNITS + "m.s.c.y,compound,新村,m.s.c\nz,palace,宫,m.s.c\n,compound,无,m.s.c\n=1+1,compound,公式,m.s.c\n"
    shown = house.done("units", rows)
    assert (shown["state"], shown["done"], shown["refused"]) == ("done", 4, 3)
    assert [(each["row"], each["column"]) for each in shown["errors"]] == [(3, "kind"), (4, "code"), (5, "code")]
    assert "宫" not in shown["errors"][0]["reason"]["zh"]
    assert "palace" in shown["errors"][0]["reason"]["en"]
    answer = house.get(shown["links"]["errors"])
    assert answer.content_type == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[0] == ["row 行号", "column 列", "reason", "原因"]
    assert [line[0] for line in lines[1:]] == ["3", "4", "5"]


def test_more_than_a_hundred_errors_are_in_the_file_only(house: House) -> None:
    shown = house.done("units", UNITS + "".join(f"u{n},palace,宫,m.s.c\n" for n in range(250)))
    assert (shown["refused"], len(shown["errors"])) == (250, 100)
    assert len(house.get(shown["links"]["errors"]).text.splitlines()) == 251


def test_a_missing_column_is_named_and_the_import_has_failed(house: House) -> None:
    shown = house.done("units", "code,kind\nm.s.c.y,compound\n")
    assert shown["state"] == "failed"
    assert "name_zh" in shown["failure"]["en"]
    assert "parent_code" in shown["failure"]["zh"]
    assert house.sql("SELECT count(*) FROM jobs WHERE file_key IS NOT NULL") == [0]


def test_a_gb18030_file_is_read(house: House) -> None:
    rows = "代码,类型,名称,上级代码\nm.s.c.y,小区,幸福新村小区,m.s.c\n".encode("gb18030")
    assert house.done("units", rows)["summary"]["counts"]["added"] == 1
    assert house.sql("SELECT name_zh FROM units WHERE code = 'm.s.c.y'") == ["幸福新村小区"]


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 300 * 1024 * 1024)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("kind", "content", "name", "said", "field"),
    [
        ("units", b"PK\x03\x04 nothing of the kind", "units.xlsx", {}, "file"),
        ("units", b"", "units.csv", {}, "file"),
        ("units", b"%PDF-1.7 ", "units.csv", {}, "file"),
        ("units", UNITS, "units.csv", {"mapping": "boston311"}, "mapping"),
        ("units", UNITS, "units.csv", {"crs": "gcj02"}, "crs"),
        ("cases", UNITS, "cases.csv", {}, "mapping"),
        ("boundaries", "{}", "b.geojson", {}, "crs"),
        ("boundaries", "{}", "b.csv", {"crs": "wgs84"}, "file"),
        ("palaces", UNITS, "units.csv", {}, "kind"),
        ("units", UNITS, "units.csv", {"secret": "1"}, "secret"),
        ("units", UNITS, "units.csv", {"dry_run": "maybe"}, "dry_run"),
    ],
)
def test_what_cannot_be_right_is_422_at_once_and_nothing_is_kept(
    house: House, folder: Path, kind: str, content: str | bytes, name: str, said: dict[str, str], field: str
) -> None:
    answer = house.order(kind, content, name, **said)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.text
    assert not list((folder / "jobs").glob("*")) if (folder / "jobs").exists() else True
    assert house.sql("SELECT count(*) FROM jobs") == [0]


def test_a_bomb_is_refused_before_it_is_opened(house: House) -> None:
    answer = house.order("units", bomb(), "units.xlsx")
    assert answer.status_code == 422
    assert "unpacks to far more" in answer.json["errors"]["file"][0]


def test_a_mapping_is_never_the_name_of_a_file_of_this_machine(house: House, folder: Path) -> None:
    (folder / "own.toml").write_text('source = "x"', encoding="utf-8")
    answer = house.order("cases", "a,b\n1,2\n", mapping=str(folder / "own.toml"))
    assert (answer.status_code, answer.json["code"]) == (422, "definition_error")


def test_the_same_key_orders_one_import_whatever_the_boundary(house: House, folder: Path) -> None:
    rows = UNITS + "m.s.c.y,compound,新村,m.s.c\n"
    first, second = house.order("units", rows, key="k"), house.order("units", rows, key="k")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert house.sql("SELECT count(*) FROM jobs") == [1]
    assert len(list((folder / "jobs").iterdir())) == 1
    other = house.order("units", rows + "m.s.c.w,compound,另一,m.s.c\n", key="k")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_mismatch")
    dry = house.order("units", rows, key="k", dry_run="true")
    assert (dry.status_code, dry.json["code"]) == (409, "idempotency_mismatch")


def test_the_list_is_newest_first_and_pages(house: House) -> None:
    ids = [house.order("units", UNITS + f"m.s.c.{n},compound,新村,m.s.c\n").json["id"] for n in range(3)]
    page = house.get(f"{IMPORTS}?limit=2").json
    assert [each["id"] for each in page["items"]] == ids[:0:-1]
    rest = house.get(f"{IMPORTS}?limit=2&cursor={page['next_cursor']}").json
    assert ([each["id"] for each in rest["items"]], rest["next_cursor"]) == (ids[:1], None)
    assert house.get(f"{IMPORTS}?kind=cases").json["items"] == []


def test_what_is_no_import_is_404(house: House) -> None:
    for word in ("x", "00000000-0000-0000-0000-000000000000"):
        assert house.get(f"{IMPORTS}/{word}").status_code == 404
        assert house.get(f"{IMPORTS}/{word}/errors").status_code == 404


def test_the_specification_shows_the_form(house: House) -> None:
    spec = house.client.call(None, "GET", "/api/v1/openapi.json").json
    paths = spec["paths"]
    body = paths[IMPORTS]["post"]["requestBody"]["content"]
    assert body == {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/ImportForm"}}}
    form = spec["components"]["schemas"]["ImportForm"]
    assert form["properties"]["file"] == {"type": "string", "format": "binary"}
    assert set(form["required"]) == {"kind", "file"}
    assert "text/csv" in paths[f"{IMPORTS}/{{job_id}}/errors"]["get"]["responses"]["200"]["content"]


HEADERS = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_TITLE,TYPE"
CASE = "{},2024-03-01 09:00:00,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin of 13812345678,Sanitation"


def test_cases_are_imported_over_http_once_in_turns_with_numbers_masked(house: House) -> None:
    rows = "\n".join([HEADERS, *(CASE.format(n) for n in range(620)), CASE.format(3)])
    dry = house.done("cases", rows, mapping="boston311", into="m.s.c.x", dry_run="true")
    assert (dry["summary"]["counts"]["added"], dry["refused"], house.sql("SELECT count(*) FROM cases")) == (620, 1, [0])
    path = house.order("cases", rows, mapping="boston311", into="m.s.c.x").json["links"]["self"]
    work_off(house.shop, seconds=0)
    assert house.get(path).json["done"] == 500
    work_off(house.shop)
    shown = house.get(path).json
    counts = shown["summary"]["counts"]
    assert (shown["state"], shown["done"], counts["added"], counts["on_time"]) == ("done", 621, 620, 620)
    assert [(each["row"], each["column"]) for each in shown["errors"]] == [(622, "case_enquiry_id")]
    assert counts["masked_mobile"] == 620
    again = house.done("cases", rows, mapping="boston311", into="m.s.c.x")["summary"]["counts"]
    assert (again["added"], again["unchanged"]) == (0, 620)
    assert house.sql("SELECT count(*) FROM cases") == [620]


def test_a_compound_that_is_not_there_fails_the_import_of_cases(house: House) -> None:
    shown = house.done("cases", HEADERS + "\n" + CASE.format(1), mapping="boston311", into="nowhere")
    assert (shown["state"], "nowhere" in shown["failure"]["zh"]) == ("failed", True)
