"""The languages that people speak: ISO 639-1 codes, under their English names in CLDR."""

from babel import Locale

LANGUAGES: dict[str, str] = {
    code: name
    for code, name in sorted(Locale("en").languages.items())
    if len(code) == 2 and code != "sh"  # withdrawn from ISO 639-1: Serbian, Croatian or Bosnian
}
_OFTEN_SPOKEN = (
    "am ar bn cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv sw ta"
)
OFTEN_SPOKEN = frozenset(f"{_OFTEN_SPOKEN} tr uk ur vi yo zh".split())
"""Offered as boxes to tick; any other code is as good over the API."""


def names_in(language: str) -> dict[str, str]:
    """Those often spoken, as a language calls them, in its alphabetical order of names."""
    names = Locale(language).languages
    return dict(sorted(((code, names[code]) for code in OFTEN_SPOKEN), key=lambda one: one[1]))
