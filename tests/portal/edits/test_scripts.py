"""Edits as text, as the command of the demo portal takes them."""

from __future__ import annotations

import re
import subprocess
import sys
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from tests.crawling import ROOT
from tests.portal import Portal
from tests.portal.client import get
from tests.portal.editor import ELSEWHERE
from tests.portal.edits.checks import ENGLISH, location, record, with_file
from tests.portal.scripts import EDITS, run

SCRIPTED = [
    "edit:7756:es", "edit:7756:es:A sentence: with a colon", "edit_field:7756:all:objectives:5", "edit_field:7756:en:date",
    "clear_field:7756:en:scope", "retitle:7756:en", "touch:7756", "replace_file:{file}:yes", "add:news",
    "add:statement:fr,en:2020-05-04:2020-05-05", "translate:7756:fr:yes", "remove_translation:7756:es", "unpublish:7756",
    "delete:7756:yes", "login:7756", "redirect_away:7756:https://elsewhere.invalid/moved", "restore:12001",
    "place:7756:no:yes", "restyle:dl", "robots:/hub",
]  # fmt: skip


def test_every_method_of_the_editor_has_a_script(portal: Portal) -> None:
    methods = {name for name in vars(type(portal.editor)) if not name.startswith("_")}
    assert methods - {"works_at"} == set(EDITS) == {script.split(":")[0] for script in SCRIPTED}


@pytest.mark.parametrize("script", SCRIPTED)
def test_a_script_is_an_edit(portal: Portal, script: str) -> None:
    before = portal.truth(), get(portal, "/robots.txt").body, get(portal, "/about").body
    run(portal.editor, script.format(file=with_file(portal)))
    assert before != (portal.truth(), get(portal, "/robots.txt").body, get(portal, "/about").body)


def test_a_script_passes_its_arguments_on(portal: Portal) -> None:
    run(portal.editor, "edit:7756:es:A sentence: with a colon")
    assert record(portal, 7756, "es")["body_text"].endswith("\n\nA sentence: with a colon")
    run(portal.editor, "add:statement:fr,en:2020-05-04:2020-05-05")
    row = record(portal, max(portal.site.nodes), "fr")
    assert ("statement", "fr", "2020-05-04") == (row["kind"], row["source_lang"], row["date"])
    created = portal.site.nodes[row["nid"]].created
    assert "Tue, 05 May 2020 00:00:00 +0000" == format_datetime(created)
    run(portal.editor, "redirect_away:7756:https://elsewhere.invalid/moved")
    assert (301, ELSEWHERE) == location(portal, ENGLISH)
    run(portal.editor, "delete:8836:no")
    assert 404 == get(portal, "/node/8836").status


@pytest.mark.parametrize(
    "script", ["retitel:7756:en", "retitle:7756", "retitle:one:en", "delete:7756:maybe", "edit:1:en"]
)
def test_a_wrong_script_says_what_is_wrong(portal: Portal, script: str) -> None:
    with pytest.raises(ValueError, match=re.escape(script)):
        run(portal.editor, script)


def test_the_command_edits_before_it_answers() -> None:
    command = [sys.executable, "-m", "tests.portal", "--nodes", "20"]
    edits = ["--edit", "delete:7756:yes", "--edit", "retitle:8836:en:Second title"]
    with subprocess.Popen([*command, *edits], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            running = SimpleNamespace(url=url)
            assert 410 == get(running, ENGLISH).status
            assert (301, "/second-title") == location(running, "/node/8836")
        finally:
            process.terminate()
    assert 0 == process.returncode
    wrong = subprocess.run([*command, "--edit", "retitle:1:en"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 2 == wrong.returncode
    assert "retitle:1:en: there is no node 1" in wrong.stderr
