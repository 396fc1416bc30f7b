"""Where somebody does something that the audit tells of, and what belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from factories import make_account, make_department, make_person, make_programme, make_wave, make_workflow

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme, Workflow
from engagement.verbs import Verb
from engagement.waves.models import Wave

AT = datetime(2026, 4, 20, 9, tzinfo=UTC)
DAY = date(2026, 4, 13)
PEOPLE_OF_DEPARTMENT = {"person", "department"}
OF_WAVE = {"programme", "wave"}


@dataclass
class Place:
    """A programme with a wave, its department, somebody there and a sign-in; two of them are strangers."""

    programme: Programme
    wave: Wave
    department: Department
    person: Person
    account: Account
    workflow: Workflow

    @property
    def ids(self) -> dict[str, int]:
        return {field: getattr(self, field).id for field in ("person", "programme", "wave", "department")}

    def auditor(self, of: str, email: str) -> Account:
        return make_account(email, "Aud Itor", Role.AUDITOR, **{f"{of}_id": self.ids[of]})


def place(word: str) -> Place:
    department = make_department(f"{word}/Desk")
    programme = make_programme(f"Programme {word}")
    person = make_person(f"{word} Person", f"{word}@example.com", department)
    account = make_account(f"{word}.sign-in@example.com", f"{word} Sign-in")
    workflow = make_workflow(programme, f"Workflow {word}")
    wave = make_wave(programme, departments=(department,), workflows=(workflow,), members=(person,), name=word)
    return Place(programme, wave, department, person, account, workflow)


#: What was done, how, and where its entry belongs.
Deed = tuple[Verb, Callable[[Place], Any], set[str]]
