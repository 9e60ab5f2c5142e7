"""What is wrong with the options of a long command is told before its work begins, in one line."""

import pytest

from tests.crawling import scrapy

NO_ZIP = "{file}: not a WACZ file: File is not a zip file"
NO_PLACE = "{file}/a: cannot be made: {file} is no folder"
NO_FILE = "{missing}: there is no such file; see --help"
A_FOLDER = "{folder} is a folder, not a file; see --help"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("publish --wacz {missing}", "{missing}: No such file or directory"),
        ("publish --wacz {file}", NO_ZIP),
        ("publish --site {file}/a", NO_PLACE),
        ("publish --version=", "--version is empty: give a name, or leave it out"),
        ("publish --site-pages -1", "--site-pages -1: expected 0 or more"),
        (
            "browse --no-open --archive {missing}",
            "{missing}: neither a data folder, nor a folder of WARC files, nor a WACZ file",
        ),
        ("browse --no-open --archive {file}", NO_ZIP),
        ("reparse --output {file}/a", NO_PLACE),
        ("reparse --diff --output {missing}", "--diff writes nothing: leave --output out"),
        ("reparse --diff --site here", "--site here: expected an address such as https://example.org"),
        ("reparse --text {folder} --url https://e.example/", "{folder}: Is a directory"),
        ("files {file} 1@en", "{file}/manifest.jsonl: cannot be made: {file} is no folder"),
        ("archive-index -o {folder}", "--output: " + A_FOLDER),
        ("archive-wacz -o {file}/a", NO_PLACE),
        ("archive-wacz --with-dataset {missing}", "--with-dataset: {missing}: there is no such folder; see --help"),
        ("archive-wacz --main-page foo", "--main-page foo: give the address of a page, https://...; see --help"),
        ("archive-wacz --pages {missing}", "--pages: " + NO_FILE),
        ("archive-wacz --sign-key {folder}", "--sign-key: " + A_FOLDER),
        ("archive-verify --index {missing}", "--index: " + NO_FILE),
        ("archive-repair {file} -o {file}/a", NO_PLACE),
    ],
)
def test_it_is_told_at_once(demo, tmp_path, words, says):
    (tmp_path / "file").write_bytes(b"neither a ZIP file nor a WARC file")
    places = {name: str(tmp_path / name) for name in ("missing", "file")} | {"folder": str(tmp_path)}
    command, *rest = words.format(**places).split()
    # What cannot be written has the exit code that it has after the work.
    code = {"publish": 5, "files": 5, "reparse": 2}.get(command, 1) if "cannot be made" in says else 2
    told = scrapy(command, *rest, data=demo.data, code=code).decode()
    assert f"scrapy {command}: error: {says.format(**places)}\n" == told
    assert ["file"] == [path.name for path in tmp_path.iterdir()]


def test_a_file_without_a_page_is_no_question_of_the_site(demo, tmp_path):
    (tmp_path / "words.warc.gz").write_bytes(b"no record")
    told = scrapy("reparse", "--diff", tmp_path / "words.warc.gz", data=demo.data, code=2).decode()
    assert told.splitlines()[-1] == "scrapy reparse: error: there is no page in the archive"


def test_a_site_that_is_not_in_the_archive_is_named_with_those_that_are(demo):
    told = scrapy("reparse", "--diff", "--site", "https://elsewhere.example", data=demo.data, code=2).decode()
    assert "--site https://elsewhere.example: no page of it in the archive; its hosts: 127.0.0.1:" in told
