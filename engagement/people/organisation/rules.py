"""The organisation as its settings describe it: its name, and the defaults for people."""

from dataclasses import dataclass
from functools import lru_cache

from engagement.days.working_days import check_country
from engagement.days.working_hours import WorkingTime
from engagement.errors import BadInput
from engagement.settings import Settings


@dataclass(frozen=True)
class Organisation:
    """`name` is at the end of messages; the rest are defaults for people without their own values.

    `timezone` is an IANA name, `language` a BCP 47 tag, the working hours are HH:MM in that zone. `country` is the one
    whose weekends and public holidays count (ISO 3166, also "GB-ENG").
    """

    name: str = ""
    timezone: str = "Europe/London"
    language: str = "en"
    works_from: str = "09:00"
    works_until: str = "17:00"
    country: str = "GB-ENG"

    @classmethod
    def of(cls, settings: Settings) -> "Organisation":
        """Return the organisation of these settings."""
        begins, _, ends = settings.working_hours.partition("-")
        return cls(settings.organisation, settings.timezone, settings.language, begins, ends, settings.holidays)


#: An organisation with the default settings.
UNSET = Organisation()


@lru_cache(maxsize=4096)
def working_time(
    timezone: str | None, works_from: str | None, works_until: str | None, country: str, organisation: Organisation
) -> WorkingTime:
    """Return when a person with these columns works, with the organisation's values for missing ones.

    A country without a known calendar, such as one written out, counts as missing.
    """
    own_hours = works_from and works_until
    return WorkingTime(
        timezone or organisation.timezone,
        works_from if own_hours and works_from else organisation.works_from,
        works_until if own_hours and works_until else organisation.works_until,
        _known_country(country) or organisation.country,
    )


def _known_country(country: str) -> str | None:
    try:
        return check_country(country) if country else None
    except BadInput:
        return None
