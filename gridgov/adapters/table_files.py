"""What a table's file really is, before anything parses it. Reading it is csv_table's and xlsx_table's."""

import zipfile
from pathlib import Path
from typing import NamedTuple

from gridgov.domain.errors import Invalid, Text

MIB = 1024 * 1024
UNPACKED_LIMIT = 200 * MIB
RATIO_LIMIT = 100
RATIO_COUNTS_FROM = 10 * MIB
PARTS_LIMIT = 1_000
HEAD = 65_536
CSV_NAMES = frozenset({".csv", ".tsv", ".txt"})
XLSX_NAMES = frozenset({".xlsx", ".xlsm"})
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive", "ZIP 压缩包"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file (.xls)", "旧版或加密的 Office 文件(.xls)"),
    (b"%PDF", "a PDF", "PDF 文件"),
    (b"\x89PNG", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
    (b"GIF8", "a picture", "图片"),
    (b"\x1f\x8b", "a gzip archive", "gzip 压缩包"),
    (b"7z\xbc\xaf", "a 7z archive", "7z 压缩包"),
    (b"Rar!", "a RAR archive", "RAR 压缩包"),
    (b"{\\rtf", "an RTF document", "RTF 文档"),
    (b"<!doctype", "a web page", "网页"),
    (b"<html", "a web page", "网页"),
    (b"<?xml", "an XML document", "XML 文档"),
    (b"SQLite format 3", "a database", "数据库文件"),
)
TEXT = Text("text", "文本")
BINARY = Text("not text", "非文本文件")
WORKBOOK = Text("an Excel workbook (.xlsx)", "Excel 工作簿(.xlsx)")
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f")


class Progress(NamedTuple):
    """How far a table is read, in `unit` (bytes or rows); `total` is an estimate, None when unknown."""

    done: int
    total: int | None
    unit: str


def refused(name: str, en: str, zh: str) -> Invalid:
    """The one sentence about the file `name`."""
    return Invalid({"file": [Text(f"{name}: {en}.", f"{name}:{zh}。")]})


def check_kind(path: Path) -> str:
    """'csv' or 'xlsx'. Raises Invalid with one sentence when the file is neither, or not what its name says."""
    suffix = path.suffix.lower()
    if suffix not in CSV_NAMES | XLSX_NAMES:
        raise refused(
            path.name, "only .csv, .tsv, .txt and .xlsx files can be imported", "只能导入 .csv、.tsv、.txt、.xlsx 文件"
        )
    try:
        kind = _kind(path)
    except OSError as error:
        raise refused(path.name, f"cannot be read ({error.strerror})", f"无法读取({error.strerror})") from None
    if kind != (wanted := TEXT if suffix in CSV_NAMES else WORKBOOK):
        en = f"its name says {wanted}, but it is {kind}"
        raise refused(path.name, en, f"按文件名应为{wanted.zh}，实际是{kind.zh}")
    if kind == WORKBOOK:
        _refuse_bomb(path)
    return "csv" if kind == TEXT else "xlsx"


def _kind(path: Path) -> Text:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise refused(path.name, "the file is empty", "文件是空的")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    for signature, en, zh in SIGNATURES:
        if start.startswith(signature.lower()):
            return WORKBOOK if signature == b"PK\x03\x04" and _is_workbook(path) else Text(en, zh)
    if head.startswith(UTF16_MARKS):
        return TEXT
    odd = len(head) - len(head.translate(None, CONTROLS))
    return BINARY if odd > len(head) // 20 + 16 else TEXT


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as parts:
            return "[Content_Types].xml" in parts.namelist() and "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        entries = parts.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    too_dense = unpacked > RATIO_COUNTS_FROM and unpacked > RATIO_LIMIT * max(packed, 1)
    if unpacked > UNPACKED_LIMIT or too_dense or len(entries) > PARTS_LIMIT:
        size = f"{len(entries)} parts, {packed // 1024} KiB → {unpacked // MIB} MiB"
        raise refused(path.name, f"unpacks to far more than a table needs ({size})", f"解压后过大，拒绝读取({size})")
