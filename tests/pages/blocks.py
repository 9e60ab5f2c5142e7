"""Fields of a metadata block."""

FIELDS = [
    ("Date of publication", ["3 May 2021"]),
    ("Target audience", ["Governments", "Civil society"]),
    ("Geographic scope", ["West Asia"]),
]
