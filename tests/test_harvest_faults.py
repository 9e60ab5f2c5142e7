"""What goes wrong on the way: the right exit code, and a report that names the cause."""

from shutil import copytree

import pytest

from archive import read_record
from migration_spider.config import Config
from tests import harvesting
from tests.crawling import items, run
from tests.harvesting import IN_TWO, OFTEN, SELDOM, command, ids, messages, report
from tests.portal import Portal
from tests.portal.answer import Answer
from tests.portal.faults import LOGIN


def harvest(data, *flags, **how):
    """In two languages, which are enough to tell what a fault does."""
    return harvesting.harvest(data, *IN_TWO, *flags, **how)


def truth(portal):
    """Addresses of the items in these languages."""
    return {row["url"] for row in portal.truth() if row["lang"] in ("en", "fr")}


@pytest.fixture(scope="module")
def shared_portal():
    with Portal(nodes=8) as portal:
        yield portal


@pytest.fixture
def portal(shared_portal):
    """A portal of which nothing was asked yet."""
    shared_portal.reset()
    return shared_portal


@pytest.fixture(scope="module")
def first(shared_portal, tmp_path_factory):
    """What the first harvest of the portal leaves."""
    data = tmp_path_factory.mktemp("first")
    shared_portal.reset()
    harvest(data, site=shared_portal.url)
    return data


@pytest.fixture
def harvested(first, portal, tmp_path):
    """A portal that was harvested into ``tmp_path``."""
    copytree(first, tmp_path, dirs_exist_ok=True)
    return portal


@pytest.mark.parametrize(
    ("fault", "values", "code", "says"),
    [
        ("half-listing", {}, 3, "listings are incomplete"),
        ("sitemap-broken", {}, 3, "sitemaps that cannot be read"),
        ("sitemap-cut", {}, 3, "gzip"),
        ("redirect-loop", {}, 3, "could not be fetched"),
        ("blocked-some", {}, 3, "challenge"),
        ("blocked-later", {}, 4, "blocked"),
        ("robots-error", {}, 4, "robots.txt"),
        ("busy-for-a-day", {}, 4, "86400"),
        ("maintenance", {}, 4, "maintenance"),
        ("slow", {"seconds": 0.05}, 0, ""),
        ("busy-seconds", {}, 0, ""),
        ("busy-date", {}, 0, ""),
        ("storm-retry-after", {"after": 30, "answers": 3}, 0, ""),
        ("no-sitemap", {}, 0, ""),
    ],
)
def test_a_fault_of_the_site_has_its_code_and_its_name(portal, tmp_path, fault, values, code, says):
    portal.fault(fault, **values)
    told = harvest(tmp_path, site=portal.url, code=code, RETRY_TIMES=1, MIGRATION_SLOWDOWN_DELAY=0.01)
    assert code == told["outcome"]["exit_code"]
    assert says in messages(told)
    assert bool(code) == bool(told["outcome"]["messages"])
    if fault == "redirect-loop":
        assert {"failed"} == {row["reason"] for row in told["missing"] if "circle" in row["detail"]}


def test_no_item_is_lost_or_changed_by_a_storm(harvested, tmp_path):
    lines = items(tmp_path)
    harvested.editor.touch(7756)
    harvested.fault("storm", after=40, answers=400)
    told = harvest(tmp_path, site=harvested.url, code=4, MIGRATION_REVISIT=OFTEN, MIGRATION_SLOWDOWN_DELAY=0.01)
    assert "503" in messages(told)
    harvested.heal("storm")
    told = harvest(tmp_path, site=harvested.url, MIGRATION_REVISIT=OFTEN)
    assert told["run"]["resumed"]
    assert lines == items(tmp_path)
    assert (set(), set()) == (ids(told, "unconfirmed"), ids(told, "vanished"))


@pytest.mark.parametrize("fault", ["blocked-later", "maintenance"])
def test_a_harvest_that_was_blocked_is_gone_on_with_when_the_site_lets_it(portal, tmp_path, fault):
    portal.fault(fault)
    harvest(tmp_path, site=portal.url, code=4, RETRY_TIMES=1, MIGRATION_SLOWDOWN_DELAY=0.01)
    portal.heal(fault)
    told = harvest(tmp_path, site=portal.url)
    assert told["run"]["resumed"]
    assert truth(portal) == {line["url"] for line in items(tmp_path)}


def test_what_failed_is_asked_again_whatever_its_age(portal, tmp_path):
    portal.fault("cut")
    told = harvest(tmp_path, site=portal.url, code=3, RETRY_TIMES=0)
    failed = {row["url"] for row in told["missing"] if row["reason"] == "failed"}
    assert failed
    portal.heal("cut")
    told = harvest(tmp_path, site=portal.url)
    assert truth(portal) == {line["url"] for line in items(tmp_path)}
    assert [] == [row for row in told["missing"] if row["reason"] == "failed"]


def test_an_attachment_in_trouble_makes_no_version(portal, tmp_path):
    nid = portal.editor.add(attachment=True)
    harvest(tmp_path, site=portal.url)
    lines = items(tmp_path)
    portal.fault("blocked-files")
    portal.editor.replace_file(nid)
    told = harvest(tmp_path, site=portal.url, code=3, MIGRATION_REVISIT=SELDOM)
    assert lines == items(tmp_path)
    assert "attachment" in {row["reason"] for row in told["missing"]}
    portal.heal("blocked-files")
    told = harvest(tmp_path, site=portal.url)
    assert {f"{nid}@en"} == ids(told, "changed")


def test_fields_that_are_suddenly_empty_are_told(harvested, tmp_path):
    dated = {line["node_id"] for line in items(tmp_path) if line["publication_date"]}
    for nid in dated:
        harvested.editor.clear_field(nid, None, "date")
    told = harvest(tmp_path, site=harvested.url, code=3)
    assert "publication_date (100%)" in messages(told)


def test_labels_that_nobody_knows_are_told(portal, tmp_path):
    told = harvest(tmp_path, site=portal.url, code=3, MIGRATION_MAX_UNKNOWN_LABELS=0.01)
    assert "scrapy vocabulary" in messages(told)
    assert "label" in {row["where"] for row in told["vocabulary"]}


def test_a_site_that_names_much_less_is_told(harvested, tmp_path):
    for row in harvested.truth():
        harvested.editor.place(row["nid"], listings=False, sitemap=False)
    told = messages(harvest(tmp_path, site=harvested.url, code=3))
    assert "fewer pages" in told
    assert f"named pages in the last run and none now: {harvested.url}" in told
    assert f"{harvested.url}/news," in told


def test_new_rules_in_robots_txt_are_kept_and_told(harvested, tmp_path):
    harvested.editor.robots("/statements", crawl_delay=0.05)
    report = harvest(tmp_path, site=harvested.url, code=3)
    assert (True, 0.05) == (report["robots"]["changed"], report["robots"]["crawl_delay"])
    assert "robots" in {row["reason"] for row in report["missing"]}
    assert "/statements is linked as a listing of news, and was not read (robots.txt forbids it)" in messages(report)
    # What the operator leaves out on purpose is not missing.
    excluded = ",".join(Config().excluded_paths)
    again = harvest(tmp_path, site=harvested.url, MIGRATION_EXCLUDED_PATHS=f"{excluded},statements")
    assert not again["robots"]["changed"]


def test_an_archive_that_cannot_be_written_is_exit_5(portal, tmp_path):
    (tmp_path / "warc").write_text("not a folder")
    said = run(command(tmp_path, site=portal.url), 5).decode()
    assert "Traceback" not in said
    assert not (tmp_path / "runs").exists() or report(tmp_path)


def test_a_full_disk_is_exit_5_and_costs_nothing_that_was_stored(small_disk, portal):
    said = run(command(small_disk, site=portal.url), 5).decode()
    assert "Traceback" not in said
    assert "No space left" in said
    assert "make room, and run again" in said.splitlines()[-1]
    assert "an error in the code" not in said
    stored = items(small_disk)
    assert len({line["id"] for line in stored}) == len(stored) < 28
    for line in stored:
        where = line["warc"]
        assert read_record(archived(small_disk, where["file"]), where["offset"], where["length"]).type == "response"


def archived(data, name):
    path = data / "warc" / name
    return path if path.exists() else path.with_name(f"{name}.open")


def instead_of(portal, monkeypatch, answer):
    """Answer requests with ``answer(target)`` where that is something, until the patch is undone."""
    own = portal.faults.instead
    monkeypatch.setattr(portal.faults, "instead", lambda target: answer(target) or own(target))


def test_items_that_all_lead_elsewhere_are_not_taken_for_gone(harvested, tmp_path, monkeypatch):
    lines = items(tmp_path)
    paths = {line["url"].removeprefix(harvested.url) for line in lines}
    with monkeypatch.context() as patch:
        instead_of(harvested, patch, lambda target: Answer(302, headers={"Location": "/"}) if target in paths else None)
        for _ in range(2):
            told = harvest(tmp_path, site=harvested.url, code=3, MIGRATION_REVISIT=OFTEN)
            assert "100% of the items were not found at their addresses" in messages(told)
            assert (set(), set()) == (ids(told, "unconfirmed"), ids(told, "vanished"))
            of_items = {row["reason"] for row in told["missing"] if row["url"].removeprefix(harvested.url) in paths}
            assert {"withheld"} == of_items
    assert len(lines) == harvest(tmp_path, site=harvested.url, MIGRATION_REVISIT=SELDOM)["items"]["counts"]["unchanged"]
    assert lines == items(tmp_path)


@pytest.mark.parametrize(("share", "code"), [(0.4, 0), (0.6, 3)])
def test_more_than_half_of_the_items_are_too_many_to_be_gone(harvested, tmp_path, monkeypatch, share, code):
    lines = items(tmp_path)
    absent = {line["id"]: line["url"].removeprefix(harvested.url) for line in lines[: round(share * len(lines))]}
    no = Answer(404, body=b"<h1>Page not found</h1>")
    instead_of(harvested, monkeypatch, lambda target: no if target in absent.values() else None)
    told = harvest(tmp_path, site=harvested.url, code=code, MIGRATION_REVISIT=OFTEN)
    assert (set() if code else absent.keys()) == ids(told, "unconfirmed")
    assert ("not found at their addresses" in messages(told)) == bool(code)


@pytest.mark.parametrize(("language", "code", "buried"), [("es", 3, True), ("en", 3, False)])
def test_a_small_site_that_deletes_everything_gets_its_tombstones(tmp_path, language, code, buried):
    with Portal(nodes=6) as portal:
        harvest(tmp_path, "-a", f"languages={language}", site=portal.url)
        lines = items(tmp_path)
        # Ten are the fewest that tell something of the site.
        assert (len(lines) < 10) is buried
        for nid in {line["node_id"] for line in lines}:
            portal.editor.delete(nid)
        for expected in (code, 0 if buried else 3):
            told = harvest(
                tmp_path, "-a", f"languages={language}", site=portal.url, code=expected, MIGRATION_REVISIT=OFTEN
            )
    assert ids(told, "vanished") == ({line["id"] for line in lines} if buried else set())


def test_a_harvest_cut_off_by_a_login_is_gone_on_with_when_that_is_over(portal, tmp_path, monkeypatch):
    login = Answer(200, body=LOGIN)

    def answer(target):
        if target.startswith("/user/login"):
            return login
        is_page = "." not in target
        return Answer(302, headers={"Location": f"/user/login?destination={target}"}) if is_page else None

    with monkeypatch.context() as patch:
        instead_of(portal, patch, answer)
        assert "login" in messages(harvest(tmp_path, site=portal.url, code=4))
    told = harvest(tmp_path, site=portal.url)
    assert told["run"]["resumed"]
    assert truth(portal) == {line["url"] for line in items(tmp_path)}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda target: Answer(301, headers={"Location": f"https://new.invalid{target}"}), "https://new.invalid"),
        (lambda target: Answer(200, "text/plain", b"User-agent: *\nDisallow: /\n"), "robots.txt forbids"),
    ],
)
def test_a_site_that_is_closed_or_has_moved_says_so(portal, tmp_path, monkeypatch, answer, says):
    instead_of(portal, monkeypatch, answer)
    assert says in messages(harvest(tmp_path, site=portal.url, code=4))


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        ("/news", Answer(404, body=b"<h1>Page not found</h1>"), "none now"),
        ("/rss.xml", Answer(200, body=b"<h1>Welcome</h1>"), "none now"),
        ("/rss.xml", Answer(200, "application/rss+xml", b"<rss><channel><item><title>A p"), "broken XML"),
        ("/sitemap.xml", Answer(403, body=b"<h1>No</h1>"), "none now"),
    ],
)
def test_a_list_that_names_nothing_any_more_is_told(harvested, tmp_path, monkeypatch, path, answer, says):
    instead_of(harvested, monkeypatch, lambda target: answer if target == path else None)
    told = harvest(tmp_path, site=harvested.url, code=3)
    assert says in messages(told)
    assert f"{harvested.url}{path}" in messages(told)
