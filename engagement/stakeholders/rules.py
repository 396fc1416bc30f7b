"""The vocabulary of the stakeholder map, and pure rules about champions and the people they look after."""

from dataclasses import dataclass
from enum import StrEnum

from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.rules import delivery_problems
from engagement.vocabulary import Worded

#: The number of affected people for one champion at full coverage.
PEOPLE_FOR_A_CHAMPION = 25
LONGEST_TEXT = 5_000
#: What the figures of coverage mean.
COVERAGE_DEFINITION = (
    "People: members of the wave today, by the nearest department of the wave in or below which they work. Champions: people who "
    "were appointed for it, whose time has begun and not ended, and who have not left. Full coverage is one champion for every "
    f"{PEOPLE_FOR_A_CHAMPION} people or part of {PEOPLE_FOR_A_CHAMPION}, department by department; one too many in one does not help another."
)


class StakeholderKind(Worded):
    """What a stakeholder is: a person of the directory, a department as one group, or somebody outside it."""

    PERSON = "person"
    DEPARTMENT = "department"
    OUTSIDE = "outside", "Outside the directory"


@dataclass(frozen=True)
class Contact:
    """How somebody outside the directory is reached; `language` is a BCP 47 tag, "" for the organisation's."""

    organisation: str = ""
    email: str = ""
    language: str = ""


class StakeholderGroup(StrEnum):
    """The part of a stakeholder in a rollout; each group has its own needs."""

    EXECUTIVE_SPONSORS = "executive_sponsors"
    BUSINESS_LEADERS = "business_leaders"
    IT_LEADERS = "it_leaders"
    END_USERS = "end_users"
    CUSTOMERS = "customers"
    OTHERS = "others"

    @property
    def word(self) -> str:
        """The group as the reader sees it."""
        return _WORDS[self][0]

    @property
    def inside(self) -> str:
        """The group inside a sentence."""
        return self.word if self is StakeholderGroup.IT_LEADERS else self.word.lower()

    @property
    def need(self) -> str:
        """What the group needs from a rollout, in one line."""
        return _WORDS[self][1]


_WORDS = {
    StakeholderGroup.EXECUTIVE_SPONSORS: (
        "Executive sponsors",
        "How it serves the strategy, and reports on the value that it brings.",
    ),
    StakeholderGroup.BUSINESS_LEADERS: (
        "Business leaders",
        "A say in what comes first and in how it is designed.",
    ),
    StakeholderGroup.IT_LEADERS: (
        "IT leaders",
        "How it is integrated, and what supporting it will take.",
    ),
    StakeholderGroup.END_USERS: (
        "End users",
        "Training for their own work, and somebody to turn to.",
    ),
    StakeholderGroup.CUSTOMERS: (
        "Customers",
        "Word of every change that they will notice, before they notice it.",
    ),
    StakeholderGroup.OTHERS: (
        "Others",
        "A works council, a regulator and the like: to be heard early on what is theirs to judge.",
    ),
}


#: What is said of an address outside the directory that is an employee's.
IN_DIRECTORY = "Somebody in the directory has this address. Put them on the map as a person, or write the address of somebody outside."


def contact_problems(contact: Contact) -> dict[str, str]:
    """Return, by field, what is wrong with how somebody is reached."""
    problems = delivery_problems("", contact.language, "", "")
    if len(contact.organisation) > 200:
        problems["organisation"] = "Write a name, at most 200 characters."
    if contact.email and not is_usable_address(contact.email):
        problems["email"] = "Write an address such as name@example.com, or leave it empty."
    return problems


def name_problem(name: str) -> str:
    """Return what is wrong with the name of somebody outside the directory, "" if nothing is."""
    return "" if 0 < len(name) <= 200 else "Write a name, at most 200 characters."


def role_problem(role: str) -> str:
    """Return what is wrong with the words on somebody's role, "" if nothing is."""
    return "" if len(role) <= LONGEST_TEXT else f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(role):,}."


def represents_problem(kind: StakeholderKind, represents: str) -> str:
    """Return what is wrong with saying for whom somebody speaks, "" if nothing is."""
    if represents and kind is not StakeholderKind.PERSON:
        return "Only a person of the directory speaks for others. Leave this empty here."
    return "" if len(represents) <= 200 else "Say for whom they speak, in at most 200 characters."


def champions_needed(people: int) -> int:
    """Return how many champions full coverage needs: one for every 25 affected people or part of 25."""
    return -(-people // PEOPLE_FOR_A_CHAMPION)


def coverage_words(champions: int, people: int) -> str:
    """Say how many champions there are for how many people, and how many are missing to one for 25."""
    have = f"{champions or 'no'} {'champion' if champions < 2 else 'champions'}"
    found = f"{have} for {people:,} {'person' if people == 1 else 'people'}"
    needed = champions_needed(people)
    if champions >= needed:
        return found
    return f"{found}; {needed} would be 1 in {PEOPLE_FOR_A_CHAMPION} (here: {needed - champions} more)"
