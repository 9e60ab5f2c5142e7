"""How the truth of a portal names the fields of an item, for the demo portal and the recorded one."""

TERMS = {
    "material_type": "type_of_material",
    "target_audience": "target_audience",
    "source_publisher": "source_publisher",
    "other_source_publisher": "other_source",
    "geographic_scope": "geographic_scope",
    "working_group": "working_group",
    "regional_review_process": "regional_review",
    "gcm_objectives": "gcm_objectives",
    "cross_cutting_themes": "cross_cutting_theme",
}
"""Item field -> column of the truth."""


def fold(text):
    """``text`` with its white space folded, also the kinds that do not break."""
    return " ".join((text or "").split())


def listed(value):
    """The texts of a column that is empty, one text or a list."""
    return [fold(one) for one in (value if isinstance(value, list) else [value] if value else [])]
