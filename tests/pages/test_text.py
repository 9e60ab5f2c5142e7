"""White space and addresses as a reader sees them."""

from migration_spider.text import reading_length


def test_characters_of_chinese_read_as_half_a_word_each():
    texts = {
        "": 0,
        "Harbour": 7,
        "L’état d’été": 12,
        "Мир": 3,
        "سلام": 4,
        "新闻": 6,
        "新闻 2021，好": 9 + 2 * 3,
        "かな": 2,
        "\ud800é": 2,
    }
    assert texts == {text: reading_length(text) for text in texts}
    assert [3, 3, 3, 3, 1, 1] == [reading_length(one) for one in "\u3400\u9fff\uf900\ufaff\ufb00\u33ff"]
