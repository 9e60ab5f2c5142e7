"""Every message of the log and every key of ``meta`` in the code is documented, and no other."""

import ast
import re
from itertools import chain

from tests.documented import CODE, DOCS


def is_meta(node):
    return getattr(node, "attr", getattr(node, "id", "")) == "meta"


def trees(*words):
    """The syntax of each file that has one of ``words`` in it."""
    return [ast.parse(text) for text in CODE.values() if any(word in text for word in words)]


def names_of_keys():
    """Name -> value of each constant that is such a key."""
    return {
        target.id: node.value.value
        for tree in trees("_KEY = ")
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.endswith("_KEY")
    }


def keys_in(node):
    """What a piece of code reads from or puts into a ``meta`` by name."""
    if isinstance(node, ast.Subscript) and is_meta(node.value):
        return [node.slice]
    if isinstance(node, ast.Compare) and is_meta(node.comparators[0]):
        return [node.left]
    if isinstance(node, ast.keyword) and node.arg == "meta" and isinstance(node.value, ast.Dict):
        return node.value.keys
    if not isinstance(node, ast.Call):
        return []
    if is_meta(getattr(node.func, "value", None)):
        return node.args[:1]
    if getattr(node.func, "attr", "") in ("page", "start_page", "follow", "ask"):
        # Spider: what else is given there goes into meta.
        return [ast.Constant(one.arg) for one in node.keywords if one.arg in DOCUMENTED_KEYS]
    return []


def keys_of_meta():
    """The constant keys that the code reads from or puts into the ``meta`` of a request or response."""
    constants = names_of_keys()
    for tree in trees(".meta", "meta=", "meta[", "self.page(", "self.start_page("):
        for key in chain.from_iterable(map(keys_in, ast.walk(tree))):
            name = getattr(key, "value", constants.get(getattr(key, "id", "")))
            if isinstance(name, str):
                yield name


META = DOCS["reference/meta.md"]
DOCUMENTED_KEYS = {*re.findall(r"^\| `(\w+)` \|", META, re.MULTILINE)} | {
    *re.findall(r"`(\w+)`", META.partition("## Of Scrapy")[2])
}
NOT_OF_REQUESTS = {"content", "name", "property"}
"""Attributes of the element ``<meta>``, which the code calls by the same name."""


def test_keys_of_meta():
    used = {*keys_of_meta()} - NOT_OF_REQUESTS
    assert len(used) > 15
    of_the_self_check = {name for name in used if name.startswith("_")} | {"archive_self_check"}
    assert used - of_the_self_check == DOCUMENTED_KEYS


def messages():
    """What the code logs at INFO and above, with ``...`` for what differs."""
    for tree in trees("logger."):
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            is_logger = ast.unparse(node.func.value).endswith("logger")
            if is_logger and node.func.attr in ("info", "warning", "error", "critical", "exception"):
                first = node.args[0]
                text = first.value if isinstance(first, ast.Constant) else constants[first.id]
                yield re.sub(r"%[-+0-9.]*[a-z]", "...", text)


def test_messages_of_the_log():
    told = {*messages()}
    assert len(told) > 40
    documented = re.findall(r"^\| `(.+?)` \|", DOCS["how-to/read-a-log.md"], re.MULTILINE)
    assert told == {*documented}
    assert len(documented) == len({*documented})
