"""The language of a text, or None."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.normalize.language import detect

TEXTS = {
    "en": "The ministry and its partners met in the capital to discuss how the new permits will be issued.",
    "fr": "Le ministère et ses partenaires se sont réunis dans la capitale pour parler des nouveaux permis de séjour.",
    "es": "El ministerio y sus socios se reunieron en la capital para hablar de los nuevos permisos de residencia.",
    "pt": "O ministério e os seus parceiros reuniram-se na capital para falar das novas autorizações de residência.",
    "de": "Das Ministerium und seine Partner haben sich in der Hauptstadt über die neuen Genehmigungen beraten.",
    "ru": "Министерство и его партнеры встретились в столице, чтобы обсудить новые разрешения на проживание.",
    "ar": "اجتمعت الوزارة وشركاؤها في العاصمة لمناقشة تصاريح الإقامة الجديدة.",
    "zh-Hans": "该部与合作伙伴在首都开会，讨论新的居留许可，并对数据进行说明。",
    "zh-Hant": "該部與合作夥伴在首都開會，討論新的居留許可，並對數據進行說明。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_tells_its_language(language):
    assert detect(TEXTS[language]) == language


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "de"])
def test_capitals_tell_it_too(language):
    assert detect(TEXTS[language].upper()) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12 / 2021 - 45 %",
        "The ministry met",
        "Министерство",
        "الوزارة",
        "该部",
        "https://www.example.org/the/and/of/in/to?with=that&from=this&for=which is at https://example.org/was",
        "Rahimov Aliyev Mammadov Huseynov Guliyev Ismayilov Hasanov Abbasov",
        "Az nazirlik paytaxtda yeni yaşayış icazələrini müzakirə etmək üçün tərəfdaşları ilə görüşdü.",
        "Міністерство та його партнери зустрілися в столиці, щоб обговорити нові дозволи на проживання.",
        "وزارتخانه و شرکای آن در پایتخت گرد هم آمدند تا درباره پروانه‌های تازه اقامت گفتگو کنند.",
        "これは首都で開かれた会議についての短い文章です。",
        TEXTS["en"] + " " + TEXTS["ru"],
    ],
)
def test_too_short_foreign_or_mixed_is_none(text):
    assert detect(text) is None


def test_names_of_another_script_do_not_hide_the_language():
    assert detect(TEXTS["ar"] + " (IOM, UNHCR)") == "ar"
    assert detect(TEXTS["zh-Hant"] + " (UNHCR, UNICEF)") == "zh-Hant"


def test_chinese_that_fits_both_scripts_is_zh():
    assert detect("中文文字在此二人之上，大小中天日月水火山石田土。") == "zh"


@given(st.text(max_size=200))
def test_any_text_gives_a_known_language_or_none(text):
    assert detect(text) in {None, "zh", *TEXTS}


def test_signs_of_all_kinds_do_not_hide_the_words():
    signs = "".join(map(chr, range(0x2190, 0x2300)))
    assert "en" == detect(f"{TEXTS['en']} {signs} {TEXTS['en']}")
    assert "en" == detect(TEXTS["en"].replace(" ", "_"))
    assert "en" == detect(TEXTS["en"].replace(" ", "7"))
