"""How large a file or a function may be: what is read together fits on a few screens. Ruff bounds the branches."""

import ast
from collections.abc import Iterator

from tests.crawling import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

FILES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for folder in ("archive", "migration_spider", "tests/portal")
    for file in sorted((ROOT / folder).rglob("*.py"))
}


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_too_long():
    assert [] == [name for name, text in FILES.items() if text.count("\n") > LONGEST_FILE]


def test_no_function_is_too_long():
    long = [(name, function) for name, text in FILES.items() for function, size in functions(text)
            if size > LONGEST_FUNCTION]  # fmt: skip
    assert [] == long
