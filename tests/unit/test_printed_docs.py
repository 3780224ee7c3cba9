"""What is printed in docs/ is what the code says; `gridgov workflow show` prints it anew."""

from pathlib import Path

from gridgov.domain.definition_file import load_definition
from gridgov.domain.drawing import as_markdown
from gridgov.domain.drawing_svg import as_svg
from gridgov.workflows import read_text

DOCS = Path(__file__).parents[2] / "docs"
SHIPPED = load_definition(read_text("one_compound_one_branch.toml"))


def test_the_printed_workflow_is_the_shipped_one() -> None:
    assert (DOCS / "workflow.md").read_text().strip() == as_markdown(SHIPPED, "en").strip()


def test_the_drawn_workflow_is_the_shipped_one() -> None:
    assert (DOCS / "workflow.svg").read_text().strip() == as_svg(SHIPPED, "zh").strip()
