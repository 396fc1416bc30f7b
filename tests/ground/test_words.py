"""Pieces of sentences: days, lists, zones and names of languages, in English and as other languages write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale, localedata

from engagement import words

FRIDAY = date(2026, 4, 3)


@pytest.mark.parametrize(
    ("language", "day", "with_year", "things"),
    [
        ("en", "Friday 3 April", "Friday 3 April 2026", "a, b and c"),
        ("en-GB", "Friday 3 April", "Friday 3 April 2026", "a, b and c"),
        ("en-US", "Friday, April 3", "Friday, April 3, 2026", "a, b, and c"),
        ("de", "Freitag, 3. April", "Freitag, 3. April 2026", "a, b und c"),
        ("de-AT", "Freitag, 3. April", "Freitag, 3. April 2026", "a, b und c"),
        ("fr", "vendredi 3 avril", "vendredi 3 avril 2026", "a, b et c"),
        ("pl", "piątek, 3 kwietnia", "piątek, 3 kwietnia 2026", "a, b i c"),
        ("it", "venerdì 3 aprile", "venerdì 3 aprile 2026", "a, b e c"),
        ("pt-BR", "sexta-feira, 3 de abril", "sexta-feira, 3 de abril de 2026", "a, b e c"),
        ("hu", "április 3., péntek", "2026. április 3., péntek", "a, b és c"),
        ("ar", "الجمعة، 3 أبريل", "الجمعة، 3 أبريل 2026", "a وb وc"),
        ("zh-Hant-TW", "4月3日星期五", "2026年4月3日 星期五", "a、b和c"),
        ("tlh", "2026-04-03", "2026-04-03", "a, b and c"),
        ("no-such-language", "fredag 3 april", "fredag 3. april 2026", "a, b og c"),
    ],
)
def test_days_and_lists_are_written_as_the_language_does(language: str, day: str, with_year: str, things: str) -> None:
    assert words.day_words(FRIDAY, language=language) == day
    assert words.day_words(FRIDAY, language=language, with_year=True) == with_year
    assert words.listed(["a", "b", "c"], language=language) == things


def test_every_language_names_the_weekday_in_full_and_leaves_the_year_out() -> None:
    for identifier in localedata.locale_identifiers():
        written = words.day_words(FRIDAY, language=identifier.replace("_", "-"))
        assert Locale.parse(identifier).days["format"]["wide"][4] in written, identifier
        assert "2026" not in written, identifier


def test_lists_of_any_length_keep_what_stands_in_them() -> None:
    found = [words.listed(things) for things in ([], ["a"], ["a", "b"], ["{0}", "{1}", "{{ name }}"])]
    assert found == ["", "a", "a and b", "{0}, {1} and {{ name }}"]
    assert words.listed(["a", "b", "c"], "or") == "a, b or c"
    assert words.listed(["a", "b", "c"], "or", "de") == "a, b oder c"


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (2, "in 2 days"), (-3, "3 days ago"), (1200, "in 1,200 days")],
)
def test_a_day_is_near_or_far(days: int, said: str) -> None:
    assert words.days_away(date.fromordinal(FRIDAY.toordinal() + days), FRIDAY) == said


def test_numbers_and_times_to_wait_have_their_nouns() -> None:
    assert [words.plural(n, "person", "people") for n in (0, 1, 2412)] == ["0 people", "1 person", "2,412 people"]
    assert [words.minutes_words(seconds) for seconds in (0, 1, 60, 61, 7200)] == [
        "1 minute", "1 minute", "1 minute", "2 minutes", "120 minutes",
    ]  # fmt: skip


def test_days_in_tables_agendas_and_months() -> None:
    assert words.short_day_words(FRIDAY) == "3 April 2026"
    assert words.short_day_words(FRIDAY, with_year=False) == "3 April"
    assert words.brief_day_words(FRIDAY) == "Fri 3 Apr"
    assert (words.month_words(FRIDAY), words.month_word(12), words.weekday_word(6)) == (
        "April 2026",
        "December",
        "Sunday",
    )


def test_the_day_of_a_moment_is_that_of_its_zone_whatever_was_written_before() -> None:
    """Moments of two zones are equal at the same instant, and then are one key of a cache."""
    moment = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert words.short_day_words(moment) == "2 March 2026"
    assert words.short_day_words(moment.astimezone(ZoneInfo("Europe/Warsaw"))) == "3 March 2026"


def test_zones_are_called_by_their_city_as_it_is_written_now() -> None:
    zones = ("Europe/London", "America/New_York", "Asia/Calcutta", "Europe/Kiev", "America/Sao_Paulo", "UTC", "Etc/UTC")
    assert [words.zone_words(zone) for zone in zones] == [
        "London time", "New York time", "Kolkata time", "Kyiv time", "São Paulo time", "UTC", "UTC",
    ]  # fmt: skip
    noon = datetime(2026, 4, 14, 12, tzinfo=UTC)
    assert words.moment_words(noon, "America/New_York") == "Tuesday 14 April at 08:00, New York time"
    assert all(
        "/" not in words.zone_words(zone) and "_" not in words.zone_words(zone) for zone in available_timezones()
    )


def test_languages_are_called_by_their_names() -> None:
    tags = ("pl", "PL", "pt-BR", "zh-Hant", "mt", "tlh", "qzz")
    assert [words.language_words(tag) for tag in tags] == [
        "Polish", "Polish", "Portuguese (pt-BR)", "Chinese (zh-Hant)", "Maltese", "Klingon", "qzz",
    ]  # fmt: skip
