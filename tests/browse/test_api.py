"""The API: what it answers, and that its description says so."""

import json

import jsonschema
import pytest

from migration_spider.browse.api import EXAMPLES
from migration_spider.browse.facets import BY_NAME, FACETS
from migration_spider.browse.finding import count, find
from migration_spider.browse.parameters import DAYS, FILTERED, PARAMETERS, FacetRequest, Question, question
from migration_spider.browse.selection import BadSelection, Selection


def asked(query):
    return question([tuple(pair.split("=", 1)) for pair in query.split("&")])


def told(client, path):
    answer = client.get(path)
    assert 200 == answer.status_code, answer.text
    assert "application/json" == answer.headers["content-type"]
    return answer.json()


@pytest.mark.parametrize(
    ("manner", "own"),
    [
        ("query[value]=safe work", "q=safe work"),
        ("filter[field]=objective&filter[value]=7", "objective=7"),
        ("filter[field]=gcm_objectives&filter[value]=7", "objective=7"),
        ("filter[field]=geographic_scope.id&filter[value]=404", "place=404"),
        ("filter[field]=place&filter[value][]=404&filter[value][]=150&filter[operator]=OR", "place=404&place=150"),
        ("filter[field]=date&filter[value][from]=2019-01-01T00:00:00+00:00", "since=2019-01-01"),
        ("filter[field]=date&filter[value][from]=2019&filter[value][to]=2020-06", "since=2019&until=2020-06"),
        ("filter[field]=last_changed&filter[value][from]=2024-05-01", "changed=2024-05-01"),
        (
            (
                "filter[operator]=AND&filter[conditions][0][field]=objective&filter[conditions][0][value]=7"
                "&filter[conditions][1][field]=language&filter[conditions][1][value]=fr"
            ),
            "objective=7&language=fr",
        ),
        (
            (
                "filter[operator]=OR&filter[conditions][0][field]=objective&filter[conditions][0][value]=7"
                "&filter[conditions][1][field]=objective&filter[conditions][1][value]=8"
            ),
            "objective=7&objective=8",
        ),
        ("sort[]=date:desc&q=work", "sort=date&q=work"),
        ("sort[]=score:desc&q=work", "sort=relevance&q=work"),
        ("appname=my-programme&q=work", "q=work"),
        ("facets[0][field]=year", "facets=year"),
        ("profile=minimal", "fields[include][]=title"),
    ],
)
def test_both_manners_say_the_same(manner, own):
    assert asked(own) == asked(manner)


def test_what_is_not_said_has_a_default_and_empty_parameters_say_nothing():
    assert Question(Selection(), 10, 0, (), (), ()) == question([("limit", ""), ("q", " "), ("filter[field]", "")])
    given = "limit=0&offset=7&facets[1][field]=place&facets[1][limit]=3&facets[1][sort]=value:asc&fields[exclude][]=url"
    assert Question(Selection(), 0, 7, (FacetRequest("place", 3, True),), (), ("url",)) == asked(given)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "there is no parameter “colour”"),
        ("colour[a]=red", "there is no parameter “colour”"),
        ("page=2", "“offset” and “limit”"),
        ("limit=1001", "“limit” is a number from 0 to 1000"),
        ("limit=-1", "“limit” is a number"),
        ("limit[a]=1", "“limit” is a number"),
        ("offset=١", "“offset” is a number"),
        ("query=work", "“query\\[value\\]” has"),
        ("query[value][]=work", "“query\\[value\\]” is one value"),
        ("query[operator]=OR&query[value]=a b", "all words must match"),
        ("query[fields][]=title", "no parameter “query\\[fields\\]”"),
        ("filter[field]=colour&filter[value]=red", "there is no filter by “colour”: objective, gcm_objectives, gcm_ob"),
        ("filter[field]=None.id&filter[value]=1", "there is no filter by “None.id”"),
        ("facets=language.id", "there is no facet “language.id”"),
        ("in=fr", "“in” is the language of the words of “q”, which is empty"),
        ("filter[field]=objective", "“filter\\[value\\]” is missing"),
        ("filter[field]=objective&filter[value]=7&filter[negate]=1", "no parameter “filter\\[negate\\]”"),
        ("filter[field]=objective&filter[value][]=7&filter[value][]=8", "values of one field are alternatives"),
        ("filter[field]=date&filter[value]=2019", "“filter\\[value\\]” has no value of its own"),
        ("filter[field]=changed&filter[value][to]=2019", "no parameter “filter\\[value\\]\\[to\\]”"),
        ("filter[field]=date&filter[value][from]=soon", "“since” is a day"),
        ("filter[operator]=XOR", "is AND or OR"),
        ("filter[conditions][0][field]=year&filter[conditions][0][value]=1&filter[field]=year", "not both"),
        (
            (
                "filter[operator]=OR&filter[conditions][0][field]=objective&filter[conditions][0][value]=7"
                "&filter[conditions][1][field]=language&filter[conditions][1][value]=fr"
            ),
            "OR between values of one field only",
        ),
        (
            (
                "filter[conditions][0][field]=objective&filter[conditions][0][value]=7"
                "&filter[conditions][1][field]=objective&filter[conditions][1][value]=8"
            ),
            "two conditions of one field",
        ),
        ("sort[]=date:asc", "“sort” is one of"),
        ("sort[]=date&sort[]=score", "“sort” is one order"),
        ("facets=colour", "there is no facet “colour”"),
        ("facets[0][field]=date", "there is no facet “date”"),
        ("facets[0][field]=year&facets[0][sort]=value", "is count:desc or value:asc"),
        ("fields[include][a]=title", "is the name of a field"),
        ("profile=all", "“profile” is minimal or full"),
        ("a[b][c][d][e][f]=1", "is not the name of a parameter"),
        ("filter[[field]=1", "is not the name of a parameter"),
        ("sort=date&sort[]=date", "is given twice"),
        ("limit=1&limit=2", "is given twice"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(client, query, sentence):
    with pytest.raises(BadSelection, match=sentence):
        asked(query)


def test_what_may_be_filtered_by_is_a_facet_a_field_or_days():
    fields = {facet.field for facet in FACETS if facet.field}
    assert {*BY_NAME, *fields, *(f"{one}.id" for one in fields), *DAYS, "last_changed"} == {*FILTERED}


@pytest.mark.parametrize("path", ["stories", "facets"])
def test_a_value_that_nothing_has_is_refused(client, path):
    for query in ("place=Africa", "filter[field]=geographic_scope&filter[value]=Africa"):
        answer = client.get(f"/v1/{path}?{query}")
        assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
        assert "This request is not valid: there is no place “Africa”: perhaps 002 (Africa)." == answer.json()["detail"]


def test_a_refusal_is_a_problem_document(client):
    answer = client.get("/v1/stories?limit=x")
    assert "application/problem+json" == answer.headers["content-type"]
    detail = "This request is not valid: “limit” is a number from 0 to 1000."
    assert {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail} == answer.json()
    for method, path, status in (("GET", "/v1/stories/1", 404), ("POST", "/v1/stories", 405), ("GET", "/v1/x", 404)):
        answer = client.request(method, path)
        assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
        assert status == answer.json()["status"]


def test_stories_are_told_part_by_part(client, collection):
    path, met = "/v1/stories?limit=5&sort=changed&fields[include][]=title", []
    while path:
        part = told(client, path)
        assert len(part["data"]) == part["count"] <= 5
        assert len(collection.ids) == part["totalCount"]
        met += [story["id"] for story in part["data"]]
        path = part["links"].get("next", {}).get("href")
    assert [collection.ids[place] for place in collection.by_change] == met
    assert part["links"]["prev"]["href"].startswith("http://127.0.0.1/v1/stories?")
    assert ["self"] == [*told(client, f"/v1/stories?limit={len(met)}")["links"]]
    assert [] == told(client, "/v1/stories?offset=1000")["data"]
    assert (0, len(collection.ids)) == tuple(
        told(client, "/v1/stories?limit=0")[name] for name in ("count", "totalCount")
    )


def test_a_story_has_the_fields_of_its_line(client, collection):
    lines = [json.loads(line) for line in (collection.folder / "stories.jsonl").read_bytes().splitlines()]
    by_id = {line["id"]: line for line in lines}
    data = told(client, "/v1/stories?limit=1000")["data"]
    assert by_id == {one["id"]: one["fields"] for one in data}
    one = data[0]
    assert one["fields"] == told(client, one["href"])["data"][0]["fields"]
    only = told(client, "/v1/stories?fields[include][]=gcm_objectives.id&fields[include][]=title&limit=1")["data"][0]
    wanted = [{"id": term["id"]} for term in one["fields"]["gcm_objectives"]]
    assert {"title": one["fields"]["title"], "gcm_objectives": wanted} == only["fields"]
    less = told(client, f"/v1/stories/{one['id']}?fields[exclude][]=titles&fields[exclude][]=gcm_objectives.raw")
    assert "titles" not in less["data"][0]["fields"]
    assert all({"id", "label"} == {*term} for term in less["data"][0]["fields"]["gcm_objectives"])
    assert 400 == client.get("/v1/stories?fields[include][]=colour").status_code
    assert 400 == client.get(f"/v1/stories/{one['id']}?limit=3").status_code


def test_an_item_comes_with_its_evidence(client, collection):
    lines = [json.loads(line) for line in (collection.folder / "news.jsonl").read_bytes().splitlines()]
    for line in lines[:: len(lines) // 4]:
        found = told(client, f"/v1/items/{line['id']}")
        assert line == found["data"][0]["fields"]
        assert line["warc"]["record_id"] == found["data"][0]["fields"]["warc"]["record_id"]
        assert line["id"] in told(client, found["links"]["story"]["href"])["data"][0]["fields"]["items"]
    assert 404 == client.get("/v1/items/8836@xx").status_code


def test_counts_are_those_of_the_list(client, collection):
    selection = Selection.parse([("q", "migrants"), ("language", "fr")])
    counts = find(collection, selection).facets
    found = told(client, "/v1/stories?q=migrants&language=fr&facets=objective,publisher")["embedded"]["facets"]
    assert ["objective", "publisher"] == [*found]
    for name, one in found.items():
        assert (len(counts[name]) > 10) is one["more"]
        assert [value["count"] for value in one["data"]] == sorted(
            (value.count for value in counts[name]), reverse=True
        )[:10]
    ordered = told(client, "/v1/stories?facets[0][field]=objective&facets[0][sort]=value:asc&facets[0][limit]=50")
    keys = [value["value"] for value in ordered["embedded"]["facets"]["objective"]["data"]]
    assert sorted((key for key in keys if key.isdigit()), key=int) == [key for key in keys if key.isdigit()]
    year = told(client, "/v1/stories?facets[0][field]=year&facets[0][limit]=1")["embedded"]["facets"]["year"]
    assert (1, True) == (len(year["data"]), year["more"])
    everything = told(client, "/v1/facets?q=migrants&language=fr")
    assert count(collection, selection) == everything["totalCount"]
    assert [*BY_NAME] == [one["name"] for one in everything["data"]]
    assert {name: {one.key: one.count for one in values} for name, values in counts.items()} == {
        one["name"]: {value["value"]: value["count"] for value in one["values"]} for one in everything["data"]
    }
    assert 400 == client.get("/v1/facets?limit=3").status_code


def test_the_best_comes_first_and_its_score_says_so(client):
    scores = [one["score"] for one in told(client, "/v1/stories?q=migrants work&limit=50")["data"]]
    assert len(scores) > 2
    assert sorted(scores, reverse=True) == scores
    assert min(scores) > 0


ASKED = (
    ("/v1/stories", "/v1/stories"),
    ("/v1/stories", "/v1/stories?q=migrants&facets=place,year&fields[include][]=gcm_objectives.label&limit=3&offset=1"),
    ("/v1/stories/{id}", "/v1/stories/8836"),
    ("/v1/items/{id}", "/v1/items/8836@en"),
    ("/v1/facets", "/v1/facets?objective=7"),
)


@pytest.mark.parametrize(("path", "address"), ASKED)
def test_answers_are_as_they_are_described(client, path, address):
    described = told(client, "/v1/openapi.json")
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": described["components"]}).validate(told(client, address))


def test_the_description_names_every_parameter_and_each_is_understood(client):
    described = told(client, "/v1/openapi.json")
    names = [one["name"] for one in described["paths"]["/v1/stories"]["get"]["parameters"]]
    assert [one.name for one in PARAMETERS] == names
    assert {*BY_NAME} < {*names}
    page = client.get("/api").text
    assert [] == [name for name in names if f"<code>{name}</code>" not in page]
    for name in names:
        with pytest.raises(BadSelection) as refused:
            question([(name, "\x00"), ("limit", "x")])
        assert "there is no parameter" not in str(refused.value)


def test_the_examples_of_the_page_work(client):
    for example in EXAMPLES:
        assert "totalCount" in told(client, f"/v1/{example}")
