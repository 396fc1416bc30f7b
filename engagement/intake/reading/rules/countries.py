"""Countries as files write them: codes of two or three letters or digits, and names in many languages."""

from functools import cache

from babel import Locale, localedata
from babel.core import get_global

from engagement.letters import folded

_LANGUAGES = "en de fr es it pt nl pl cs sk sl hr hu ro bg el da sv nb fi et lv lt is ga tr ru uk ar he zh ja ko hi th id".split()
#: Names that people use for a country and that CLDR lacks.
_ALSO = {
    "GB": "uk, u.k., great britain, britain, england, scotland, wales, northern ireland, england & wales, grossbritannien",
    "US": "usa, u.s.a., u.s., america, united states of america, the united states, vereinigte staaten von amerika",
    "NL": "holland, the netherlands",
    "CZ": "czech republic, tschechische republik, republique tcheque",
    "KR": "korea, republic of korea",
    "RU": "russian federation",
    "IE": "republic of ireland, eire",
    "CN": "people's republic of china, prc",
    "AE": "uae",
    "HK": "hong kong",
    "MK": "macedonia",
    "TR": "turkey",
    "DE": "brd, federal republic of germany, bundesrepublik deutschland",
}


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code (two letters) of a country, None when it is not known."""
    codes, names = _known()
    return codes.get(text.upper()) or names.get(folded(text))


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Return two-letter codes by each of a country's codes, and by each folded name."""
    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()} - _NO_COUNTRY
    by_name: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        names = Locale(language).territories
        by_name |= {folded(str(names[code])): code for code in codes if code in names}
        # Babel would keep all else that it has read of these languages: 39 MiB for a few thousand names.
        localedata.clear_caches()
    by_name |= {folded(name.strip()): code for code, names in _ALSO.items() for name in names.split(",")}
    aliases = get_global("territory_aliases").items()
    by_code = {str(alias): str(now[0]) for alias, now in aliases if len(now) == 1 and now[0] in codes}
    return by_code | {code: code for code in codes}, by_name


#: CLDR codes for something larger or smaller than a country.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
