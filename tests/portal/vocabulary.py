"""Languages, labels and closed lists as the portal prints them."""

from __future__ import annotations

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh-hant")
"""URL prefixes; English has none."""

LANGUAGE_NAMES = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "русский",
    "zh-hant": "中文",
}

FIELDS = (
    "date", "type", "audience", "publisher", "other_publisher", "scope", "workstream", "working_group",
    "regional_review", "objectives", "themes",
)  # fmt: skip
"""Fields of the block in page order. ``workstream`` is a section heading that never has a value."""

ALWAYS_PRINTED = {"date", "type", "scope", "workstream", "regional_review", "objectives"}
"""Fields whose label is printed even without a value."""

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "date": "Date of Publication",
        "type": "Type of Resource",
        "audience": "Target Audience",
        "publisher": "Source / Publisher",
        "other_publisher": "Other Source / Publisher",
        "scope": "Geographic Scope",
        "workstream": "Workstream Output",
        "working_group": "Working Group",
        "regional_review": "Regional Review Process",
        "objectives": "GCM Objectives",
        "themes": "Cross-cutting theme",
        "files": "Upload document",
    },
    "fr": {
        "date": "Date de publication",
        "type": "Type de ressource",
        "audience": "Public cible",
        "publisher": "Source / éditeur",
        "other_publisher": "Other Source / Publisher",
        "scope": "Échelle géographique",
        "workstream": "Produit d’un groupe de travail",
        "working_group": "Groupe de travail",
        "regional_review": "Processus d’examen régional",
        "objectives": "Objectifs Pacte mondial pour la migration",
        "themes": "Thème transversal",
        "files": "Upload document",
    },
    "es": {
        "date": "Fecha de publicación",
        "type": "Tipo de material",
        "audience": "Público destinatario",
        "publisher": "Fuente / Editor",
        "other_publisher": "Other Source / Publisher",
        "scope": "Ámbito geográfico",
        "workstream": "Grupo de trabajo",
        "working_group": "Grupo de trabajo",
        "regional_review": "Proceso de revisión regional",
        "objectives": "Objetivos del Pacto Mundial para la Migración",
        "themes": "Tema transversal",
        "files": "Upload document",
    },
    "ar": {
        "date": "تاريخ النشر",
        "type": "نوع المورد",
        "audience": "الجمهور المستهدف",
        "publisher": "المصدر / الناشر",
        "other_publisher": "Other Source / Publisher",
        "scope": "النطاق الجغرافي",
        "workstream": "Workstream Output",
        "working_group": "الفريق العامل",
        "regional_review": "عملية الاستعراض الإقليمي",
        "objectives": "أهداف الاتفاق العالمي للهجرة",
        "themes": "الموضوع الشامل",
        "files": "Upload document",
    },
    "ru": {
        "date": "Дата публикации",
        "type": "Тип ресурса",
        "audience": "Целевая аудитория",
        "publisher": "Источник / Издатель",
        "other_publisher": "Other Source / Publisher",
        "scope": "Географический охват",
        "workstream": "Workstream Output",
        "working_group": "Рабочая группа",
        "regional_review": "Процесс регионального обзора",
        "objectives": "Цели Глобального договора о миграции",
        "themes": "Сквозная тема",
        "files": "Upload document",
    },
    "zh-hant": {
        "date": "出版日期",
        "type": "資源類型",
        "audience": "目標受眾",
        "publisher": "來源 / 出版者",
        "other_publisher": "Other Source / Publisher",
        "scope": "地理範圍",
        "workstream": "Workstream Output",
        "working_group": "工作組",
        "regional_review": "區域審查進程",
        "objectives": "全球移民契約目標",
        "themes": "跨領域主題",
        "files": "Upload document",
    },
}
"""English, French and Spanish as far as they were observed; the other languages are guesses."""

TYPES: dict[str, dict[str, str]] = {
    "news": {"en": "News", "fr": "Actualités", "es": "Noticias", "ar": "أخبار", "ru": "Новости", "zh-hant": "新聞"},
    "press-release": {
        "en": "Press release", "fr": "Communiqué de presse", "es": "Comunicado de prensa", "ar": "بيان صحفي",
        "ru": "Пресс-релиз", "zh-hant": "新聞稿",
    },
    "statement": {
        "en": "Statement", "fr": "Déclaration", "es": "Declaración", "ar": "بيان",
        "ru": "Заявление", "zh-hant": "聲明",
    },
    "working-paper": {"en": "Working Paper", "fr": "Working Paper", "es": "Documento de trabajo"},
    "report": {"en": "Report", "fr": "Rapport", "es": "Informe"},
    "policy-brief": {"en": "Policy Brief", "fr": "Policy Brief", "es": "Policy Brief"},
}  # fmt: skip
"""Slug -> name per language; a language without a name prints the English one."""

AUDIENCES = (
    "General Public", "Governments", "Civil society", "Private sector", "Academia", "Media", "Migrants and diaspora",
    "United Nations system",
)  # fmt: skip
PUBLISHERS = (
    "UN Network on Migration", "International Organization for Migration (IOM)",
    "International Labour Organization (ILO)", "United Nations Children's Fund (UNICEF)",
    "United Nations High Commissioner for Refugees (UNHCR)", "United Nations Development Programme (UNDP)",
    "World Health Organization (WHO)", "UN Network on Migration Azerbaijan", "UN Network on Migration Kenya",
    "UN Network on Migration Senegal", "Office of the United Nations High Commissioner for Human Rights (OHCHR)",
)  # fmt: skip
OTHER_PUBLISHERS = (
    "IOM Azerbaijan", "Harbour City Council", "Rift Valley Radio, Nakuru", "Coalition of Domestic Workers",
    "UN Network on Migration Thematic Working Group 2 on Alternatives to Detention", "University of the Lower Delta",
)  # fmt: skip
WORKING_GROUPS = (
    "Alternatives to immigration detention",
    "Enhancing pathways for regular migration through bilateral labour migration agreements",
    "Enhancing Regular Pathways for Migrants in Vulnerable Situations",
    "Promoting Safe, Dignified and Rights-based Return and Readmission, and Sustainable Reintegration",
    "Climate change: GCM and Paris Agreement",
    "Measuring progress: GCM indicators (WS1)",
)
REGIONAL_REVIEWS = (
    "UNECE Region", "Africa", "Arab Region", "Asia and the Pacific", "Europe and North America",
    "Latin America and the Caribbean",
)  # fmt: skip

OBJECTIVES: dict[int, tuple[str, str, str]] = {
    1: ("Data", "Données", "Datos"),
    2: ("Minimize adverse drivers", "Lutter contre les facteurs négatifs", "Minimizar factores adversos"),
    3: ("Information provision", "Fourniture d’informations", "Proporcionar información"),
    4: ("Legal identity and documentation", "Identité légale et papiers", "Identidad jurídica y documentación"),
    5: ("Regular pathways", "Filières de migration régulière", "Vías de migración regular"),
    6: ("Recruitment and decent work", "Recrutement et travail décent", "Contratación y trabajo decente"),
    7: ("Reduce vulnerabilities", "Réduire la vulnérabilité", "Reducir vulnerabilidades"),
    8: ("Save lives", "Sauver des vies", "Salvar vidas"),
    9: ("Counter smuggling", "Combattre le trafic de migrants", "Combatir el tráfico de migrantes"),
    10: ("Eradicate trafficking", "Éradiquer la traite de personnes", "Erradicar la trata de personas"),
    11: ("Manage borders", "Gérer les frontières", "Gestión de fronteras"),
    12: ("Screening and referral", "Contrôle, évaluation et orientation", "Verificación de antecedentes y derivación"),
    13: ("Alternatives to detention", "Alternatives à la rétention", "Alternativas a la detención"),
    14: ("Consular protection", "Protection consulaire", "Protección consular"),
    15: ("Access to basic services", "Accès aux services de base", "Acceso a los servicios básicos"),
    16: ("Inclusion and social cohesion", "Intégration et cohésion sociale", "Inclusión y cohesión social"),
    17: ("Eliminate discrimination", "Éliminer les discriminations", "Eliminar la discriminación"),
    18: (
        "Skills development and recognition",
        "Perfectionnement et reconnaissance des qualifications",
        "Desarrollo y reconocimiento de competencias",
    ),
    19: (
        "Migrant and diaspora contributions",
        "Contributions des migrants et diaspora",
        "Contribución de migrantes y diásporas",
    ),
    20: ("Remittances", "Envois de fonds", "Remesas"),
    21: (
        "Dignified return and reintegration",
        "Retour digne et réintégration durable",
        "Retorno y reintegración dignos",
    ),
    22: ("Social protection", "Protection sociale", "Protección social"),
    23: ("International cooperation", "Coopération internationale", "Cooperación internacional"),
}
"""Number -> the portal's short titles in English, French and Spanish. The id of the term is 278 + number."""

OFFICIAL_OBJECTIVES = {
    8: "Save lives and establish coordinated international efforts on missing migrants",
    9: "Strengthen the transnational response to smuggling of migrants",
    15: "Provide access to basic services for migrants",
    23: "Strengthen international cooperation and global partnerships for safe, orderly and regular migration",
}
"""Some full titles (A/RES/73/195), printed by a part of the pages."""

THEMES: dict[str, tuple[int, str, str, str]] = {
    "people-centred": (738, "People-centred", "Priorité à la dimension humaine", "Centrada en las personas"),
    "international-cooperation": (
        739,
        "International cooperation",
        "Coopération internationale",
        "Cooperación internacional",
    ),
    "national-sovereignty": (742, "National sovereignty", "Souveraineté nationale", "Soberanía nacional"),
    "rule-of-law-and-due-process": (
        741,
        "Rule of law and due process",
        "Primauté du droit et garanties d’une procédure régulière",
        "Estado de derecho y garantías procesales",
    ),
    "sustainable-development": (740, "Sustainable development", "Développement durable", "Desarrollo sostenible"),
    "human-rights": (259, "Human rights", "Droits de l’homme", "Derechos humanos"),
    "gender-responsive": (
        258,
        "Gender-responsive",
        "Prise en compte de la problématique femmes-hommes",
        "Perspectiva de género",
    ),
    "child-sensitive": (257, "Child-sensitive", "Adaptation aux besoins de l’enfant", "Perspectiva infantil"),
    "whole-of-government-approach": (
        737,
        "Whole-of-government approach",
        "Approche mobilisant l’ensemble des pouvoirs publics",
        "Enfoque pangubernamental",
    ),
    "whole-of-society-approach": (
        736,
        "Whole-of-society approach",
        "Approche mobilisant l’ensemble de la société",
        "Enfoque pansocial",
    ),
}
"""Id -> term id and the English, French and Spanish names. Items print the English name in every language."""

KOSOVO_NOTE = {
    "en": (
        "*References to Kosovo shall be understood to be in the context of "
        "United Nations Security Council resolution 1244 (1999)."
    ),
    "fr": (
        "*Toutes les références au Kosovo doivent être comprises dans le contexte de la résolution 1244 (1999) "
        "du Conseil de sécurité des Nations Unies."
    ),
    "es": (
        "*Todas las referencias a Kosovo deben entenderse en el contexto de la Resolución 1244 [1999] "
        "del Consejo de Seguridad de las Naciones Unidas."
    ),
}
"""The block at the foot of every page; the other languages show the English text."""
