"""How large a file or a function may be, and how many ways may lead through it: what is read together fits on a few
screens."""

import ast
from collections.abc import Iterator

from tests.crawling import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MOST_WAYS = 15

Function = ast.FunctionDef | ast.AsyncFunctionDef

FILES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for folder in ("archive", "migration_spider", "bench", "docs", ".ci", "tests/portal")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "build" not in file.relative_to(ROOT).parts
}


def functions() -> Iterator[tuple[str, Function]]:
    """File and function."""
    for name, text in FILES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, Function):
                yield name, node


def ways(node: ast.AST) -> int:
    """The decisions in a piece of code, as radon counts them; functions in it count for themselves."""
    if isinstance(node, Function | ast.ClassDef):
        return 0
    if isinstance(node, ast.Assert):
        return 1
    own = isinstance(node, ast.If | ast.IfExp | ast.For | ast.AsyncFor | ast.While | ast.comprehension)
    if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.Try):
        own += bool(node.orelse)
    for name in ("ifs", "handlers", "cases"):
        own += len(getattr(node, name, ()))
    if isinstance(node, ast.BoolOp):
        own += len(node.values) - 1
    return own + sum(map(ways, ast.iter_child_nodes(node)))


def test_no_file_is_too_long():
    assert [] == [name for name, text in FILES.items() if text.count("\n") > LONGEST_FILE]


def test_no_function_is_too_long():
    long = [(name, one.name) for name, one in functions() if (one.end_lineno or 0) - one.lineno >= LONGEST_FUNCTION]
    assert [] == long


def test_not_too_many_ways_lead_through_a_function():
    many = [(name, one.name, count) for name, one in functions() if (count := 1 + sum(map(ways, one.body))) > MOST_WAYS]
    assert [] == many


def test_ways_are_counted():
    code = """
        def function(a):
            try:
                for b in [c for c in a if c and c > 1 or c < 0]:
                    assert b if a else c
                    yield 1 if b else 2
                else:
                    with a:
                        pass
            except ValueError:
                while a:
                    pass
            def inner():
                if a:
                    pass
    """
    (function,) = ast.parse(code.replace("\n        ", "\n")).body
    assert isinstance(function, ast.FunctionDef)
    assert 11 == 1 + sum(map(ways, function.body))


MOST_FLOORS = 5
"""A module that imports none of its package is on the first floor; any other one above the highest that it imports."""


def test_the_reader_of_pages_has_few_floors():
    package = "migration_spider.pages"
    texts = {name: text for name, text in FILES.items() if name.startswith("migration_spider/pages/")}
    modules = {name: name.rpartition("/")[2].removesuffix(".py") for name in texts}

    def imported(text: str) -> Iterator[str]:
        # What only the type checker imports is indented.
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.module == package:
                yield from (one.name for one in node.names)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
                yield (node.module or "").rpartition(".")[2]

    below = {module: set(imported(texts[name])) for name, module in modules.items()}

    def floor(module: str) -> int:
        return 1 + max(map(floor, below[module] & below.keys()), default=0)

    assert {} == {module: found for module in below if (found := floor(module)) > MOST_FLOORS}
