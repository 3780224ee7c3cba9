"""When people report and about what: shares per thousand, and nothing else of the files that they were counted in.

Counted once, in November 2026, in two public files: 4,995 service requests of a city's 311 line (2015-2024) and 2,816
messages of citizens to an authority with its replies. Each file weighs one half. The hours are local (the first file's
stamps moved back as its mapping says); the categories are those that the shipped mappings find, without 9999.
"""

from collections.abc import Mapping

HOURS = (14, 7, 3, 3, 2, 6, 15, 34, 63, 79, 98, 89, 62, 61, 69, 76, 68, 54, 45, 37, 32, 31, 30, 20)
"""Of a thousand reports so many come in the hour that begins at 0, 1, … 23 o'clock."""

WEEKDAYS = (166, 180, 178, 156, 145, 87, 89)
"""The same for Monday … Sunday."""

# Rare dangers are shown too: what the files have never or less than twice in a thousand counts two.
CATEGORIES: Mapping[str, int] = {
    "0101": 7, "0102": 2, "0103": 2, "0105": 2, "0106": 2, "0107": 3, "0201": 2, "0202": 9, "0203": 31, "0204": 2,
    "0205": 7, "0206": 2, "0207": 96, "0208": 2, "0209": 2, "0210": 6, "0301": 15, "0302": 5, "0303": 9, "0304": 8,
    "0305": 2, "0401": 178, "0402": 28, "0403": 54, "0404": 32, "0405": 10, "0406": 28, "0501": 31, "0502": 9,
    "0503": 4, "0601": 110, "0602": 2, "0603": 14, "0701": 2, "0702": 19, "0801": 6, "0802": 4, "0901": 3, "0902": 10,
    "0903": 3, "0904": 2, "1001": 8, "1002": 2, "1101": 189, "1102": 54,
}  # fmt: skip
"""Of a thousand reports so many are of a category of the catalogue."""
