"""The organisation as its settings describe it: its name, and what holds for people whose own row says nothing."""

from dataclasses import dataclass

from engagement.settings import Settings


@dataclass(frozen=True)
class Organisation:
    """`name` stands at the foot of messages; the rest holds where a person has none of their own.

    `timezone` is an IANA name, `language` a BCP 47 tag, the working hours HH:MM in that zone, and `country` the one whose
    weekends and public holidays count (ISO 3166, also "GB-ENG").
    """

    name: str = ""
    timezone: str = "Europe/London"
    language: str = "en"
    works_from: str = "09:00"
    works_until: str = "17:00"
    country: str = "GB-ENG"

    @classmethod
    def of(cls, settings: Settings) -> "Organisation":
        """Return the organisation that the settings describe."""
        begins, _, ends = settings.working_hours.partition("-")
        return cls(settings.organisation, settings.timezone, settings.language, begins, ends, settings.holidays)


#: An organisation that has set nothing, as `Settings` begins.
UNSET = Organisation()
