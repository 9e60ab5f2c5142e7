"""A page of the server as a tree, and a story that has much to show."""

from lxml import html as lxml_html


def page(client, path):
    answer = client.get(path, follow_redirects=False)
    assert 200 == answer.status_code
    return lxml_html.fromstring(answer.text)


def one(tree, path):
    (found,) = tree.xpath(path)
    return found


def added(collection):
    """Id of the story that stands in all six languages."""
    query = "SELECT story_id FROM news GROUP BY story_id ORDER BY count(*) DESC, story_id LIMIT 1"
    return collection.connect().execute(query).fetchone()[0]
