"""Opens a file of rows for an import: CSV or XLSX, and only when it is what its name says."""

from pathlib import Path

from gridgov.adapters.csv_table import CsvTable
from gridgov.adapters.table_files import check_kind
from gridgov.adapters.xlsx_table import XlsxTable

OpenTable = CsvTable | XlsxTable


def open_table(path: str | Path) -> OpenTable:
    """The table in the file, to be used in a `with`: name, headers, rows(), progress().

    Raises Invalid with one sentence when the file cannot be read, is not what its name says, or has no headers.
    """
    file = Path(path)
    return CsvTable(file) if check_kind(file) == "csv" else XlsxTable(file)
