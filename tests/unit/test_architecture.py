"""The house rules that a program can check: floors, sizes, and the one sentence at the top of each package."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(path for top in ("gridgov", "workers") for path in (ROOT / top).rglob("*.py"))
# A migration is a record of what was run: long, and never edited for its looks.
WRITTEN = [path for path in CODE if "versions" not in path.parts]
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# Packages whose modules are found by scripts of their tool, or that hold data only.
WITHOUT_LAW = {ROOT / "gridgov/migrations/versions/__init__.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in WRITTEN:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), node


def place(name: str, node: ast.stmt | ast.expr) -> str:
    return f"{name}:{node.lineno}"


def test_imports_go_downwards_only() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


@pytest.mark.parametrize("contract", ["floors", "pure", "flask", "siblings"])
def test_the_contracts_of_the_architecture_are_among_those_that_are_checked(contract: str) -> None:
    assert f"[importlinter:contract:{contract}]" in (ROOT / ".importlinter").read_text()


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        place(name, inner)
        for name, node in nodes()
        if isinstance(node, Function)
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert found == []


def test_nothing_is_imported_for_the_type_checker_only() -> None:
    found = [
        place(name, node)
        for name, node in nodes()
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
    ]
    assert found == []


def test_every_package_states_its_law_in_a_sentence_at_its_top() -> None:
    packages = [path for path in CODE if path.name == "__init__.py" and path not in WITHOUT_LAW]
    without = [
        str(path.relative_to(ROOT))
        for path in packages
        if not (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
        .split("\n\n")[0]
        .endswith((".", ":"))
    ]
    assert len(packages) > 10
    assert without == []


def test_every_module_says_what_belongs_there() -> None:
    modules = [path for path in WRITTEN if path.name != "__init__.py"]
    assert [str(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_no_folder_of_code_is_without_its_init() -> None:
    assert sorted({str(path.parent) for path in CODE if not (path.parent / "__init__.py").exists()}) == []


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    lengths = {
        place(name, node): (node.end_lineno or node.lineno) - node.lineno + 1
        for name, node in nodes()
        if isinstance(node, Function)
    }
    assert {where: length for where, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_no_error_is_swallowed_in_silence() -> None:
    found = [
        place(name, node.body[0])
        for name, node in nodes()
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and all(isinstance(line, (ast.Pass, ast.Continue)) for line in node.body)
    ]
    assert found == []


def test_modules_are_named_after_what_is_in_them() -> None:
    assert [str(path) for path in CODE if path.stem in FORBIDDEN_NAMES or path.stem.startswith("base_")] == []
