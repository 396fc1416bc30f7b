"""All that is said of one stakeholder as a plain value, and how two such values differ."""

from dataclasses import dataclass, field

from engagement.stakeholders.rules import Contact, StakeholderGroup, StakeholderKind
from engagement.stakeholders.standings.rules import Standing

#: A map: the programme, and its wave or None for the whole programme.
Place = tuple[int, int | None]


@dataclass(frozen=True)
class Subject:
    """Who it is: the id of a person or department, or the name of somebody outside the directory."""

    kind: StakeholderKind
    person_id: int | None = None
    department_id: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """All that is said of a stakeholder at one time; of somebody who isn't labelled, without levels and impact."""

    subject: Subject
    group: StakeholderGroup
    places: frozenset[Place]
    role: str = ""
    represents: str = ""
    owner_id: int | None = None
    owner_name: str = field(default="", compare=False)
    contact: Contact = field(default_factory=Contact)
    standing: Standing = field(default_factory=Standing)

    @property
    def profile(self) -> tuple[StakeholderGroup, str, str, int | None]:
        """What the dated profile of a stakeholder says."""
        return self.group, self.role, self.represents, self.owner_id

    @property
    def first_place(self) -> Place:
        """One map, which is always the same: in its scope the audit tells of them."""
        return min(self.places, key=lambda place: (place[0], place[1] or 0))


@dataclass(frozen=True)
class EntryChange:
    """What becomes of a stakeholder: from `before`, None for somebody new, to `after`; `reason` is for a new standing."""

    stakeholder_id: int | None
    title: str
    before: Entry | None
    after: Entry
    reason: str = ""
