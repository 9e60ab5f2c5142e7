"""Places as the portal prints them, with UN M49 names in five languages; Chinese pages leave them in English."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    id: str | None
    """Three-digit UN M49 code; ``XKX`` for Kosovo; None when no vocabulary knows the place."""

    term: int
    """Id of the taxonomy term."""

    en: str
    fr: str
    es: str
    ar: str
    ru: str

    def name(self, language: str) -> str:
        return self.en if language == "zh-hant" else str(getattr(self, language))


COUNTRIES = (
    Place("031", 400, "Azerbaijan", "Azerbaïdjan", "Azerbaiyán", "أذربيجان", "Азербайджан"),
    Place("620", 401, "Portugal", "Portugal", "Portugal", "البرتغال", "Португалия"),
    Place("404", 402, "Kenya", "Kenya", "Kenya", "كينيا", "Кения"),
    Place("686", 403, "Senegal", "Sénégal", "Senegal", "السنغال", "Сенегал"),
    Place("484", 404, "Mexico", "Mexique", "México", "المكسيك", "Мексика"),
    Place("524", 405, "Nepal", "Népal", "Nepal", "نيبال", "Непал"),
    Place("608", 406, "Philippines", "Philippines", "Filipinas", "الفلبين", "Филиппины"),
    Place("764", 407, "Thailand", "Thaïlande", "Tailandia", "تايلند", "Таиланд"),
    Place("218", 408, "Ecuador", "Équateur", "Ecuador", "إكوادور", "Эквадор"),
    Place("170", 409, "Colombia", "Colombie", "Colombia", "كولومبيا", "Колумбия"),
    Place("604", 410, "Peru", "Pérou", "Perú", "بيرو", "Перу"),
    Place("504", 411, "Morocco", "Maroc", "Marruecos", "المغرب", "Марокко"),
    Place("818", 412, "Egypt", "Égypte", "Egipto", "مصر", "Египет"),
    Place("231", 413, "Ethiopia", "Éthiopie", "Etiopía", "إثيوبيا", "Эфиопия"),
    Place("288", 414, "Ghana", "Ghana", "Ghana", "غانا", "Гана"),
    Place("566", 415, "Nigeria", "Nigéria", "Nigeria", "نيجيريا", "Нигерия"),
    Place("050", 416, "Bangladesh", "Bangladesh", "Bangladesh", "بنغلاديش", "Бангладеш"),
    Place("268", 417, "Georgia", "Géorgie", "Georgia", "جورجيا", "Грузия"),
    Place("368", 418, "Iraq", "Iraq", "Iraq", "العراق", "Ирак"),
    Place("188", 419, "Costa Rica", "Costa Rica", "Costa Rica", "كوستاريكا", "Коста-Рика"),
    Place("222", 420, "El Salvador", "El Salvador", "El Salvador", "السلفادور", "Сальвадор"),
    Place("320", 421, "Guatemala", "Guatemala", "Guatemala", "غواتيمالا", "Гватемала"),
    Place("116", 422, "Cambodia", "Cambodge", "Camboya", "كمبوديا", "Камбоджа"),
    Place("360", 423, "Indonesia", "Indonésie", "Indonesia", "إندونيسيا", "Индонезия"),
    Place("894", 424, "Zambia", "Zambie", "Zambia", "زامبيا", "Замбия"),
    Place("454", 425, "Malawi", "Malawi", "Malawi", "ملاوي", "Малави"),
    Place(
        "070",
        426,
        "Bosnia and Herzegovina",
        "Bosnie-Herzégovine",
        "Bosnia y Herzegovina",
        "البوسنة والهرسك",
        "Босния и Герцеговина",
    ),
    Place("008", 427, "Albania", "Albanie", "Albania", "ألبانيا", "Албания"),
    Place("124", 428, "Canada", "Canada", "Canadá", "كندا", "Канада"),
    Place("152", 429, "Chile", "Chili", "Chile", "شيلي", "Чили"),
    Place("762", 430, "Tajikistan", "Tadjikistan", "Tayikistán", "طاجيكستان", "Таджикистан"),
    Place("417", 431, "Kyrgyzstan", "Kirghizistan", "Kirguistán", "قيرغيزستان", "Кыргызстан"),
)
REGIONS = (
    Place("145", 313, "West Asia", "Asie occidentale", "Asia occidental", "غربي آسيا", "Западная Азия"),
    Place("035", 314, "South-East Asia", "Asie du Sud-Est", "Asia sudoriental", "جنوب شرقي آسيا", "Юго-Восточная Азия"),
    Place("011", 315, "West Africa", "Afrique occidentale", "África occidental", "غرب أفريقيا", "Западная Африка"),
    Place("014", 316, "East Africa", "Afrique orientale", "África oriental", "شرق أفريقيا", "Восточная Африка"),
    Place(
        "013", 317, "Central America", "Amérique centrale", "América central", "أمريكا الوسطى", "Центральная Америка"
    ),
    Place("005", 318, "South America", "Amérique du Sud", "América del Sur", "أمريكا الجنوبية", "Южная Америка"),
    Place("143", 319, "Central Asia", "Asie centrale", "Asia central", "آسيا الوسطى", "Центральная Азия"),
    Place("002", 320, "Africa", "Afrique", "África", "أفريقيا", "Африка"),
    Place("019", 321, "Americas", "Amériques", "Américas", "الأمريكتان", "Северная и Южная Америка"),
    Place("142", 322, "Asia", "Asie", "Asia", "آسيا", "Азия"),
    Place("150", 323, "Europe", "Europe", "Europa", "أوروبا", "Европа"),
    Place("029", 324, "Caribbean", "Caraïbes", "El Caribe", "منطقة البحر الكاريبي", "Карибский бассейн"),
)
GLOBAL = Place("001", 330, "Global", "Périmètre géographique mondial", "Alcance geográfico global", "Global", "Global")
BAHAMAS = Place("044", 440, *["Bahamas, The"] * 5)
KOSOVO = Place("XKX", 441, *["Kosovo*"] * 5)
VALLEY = Place(None, 442, *["Upper Valley District"] * 5)
WEST_ASIA = next(place for place in REGIONS if place.id == "145")
AZERBAIJAN = next(place for place in COUNTRIES if place.id == "031")
PLACES = (*COUNTRIES, *REGIONS, GLOBAL, BAHAMAS, KOSOVO, VALLEY)
