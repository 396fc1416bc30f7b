"""The outlines on disk and what a broken one says."""

from datetime import datetime

import pytest

from engagement.communications.rules import CommunicationKind
from engagement.communications.texts.queries.outlines import read_outline, standard_outlines
from engagement.communications.texts.rules.merge_fields import CONSTANT
from engagement.communications.texts.rules.problems import problems_in
from engagement.days.rhythm import rhythm_words
from engagement.errors import BadInput

GOOD = """---
title: Programme update
kind: programme_update
audience: "All"
cadence: "Monthly"
rrule: "FREQ=MONTHLY;BYDAY=1MO"
at: "10:00"
write_lead_days: 5
required: false
subject: "{{ programme }}: news"
---

Dear {{ first_name }},
"""


def test_each_type_has_an_outline_with_the_known_rhythm() -> None:
    outlines = standard_outlines()
    assert {kind: rhythm_words(outline.rule) for kind, outline in outlines.items()} == {
        CommunicationKind.EXECUTIVE_UPDATE: "The first working day of January, April, July and October",
        CommunicationKind.PROGRAMME_UPDATE: "The first working day of each month",
        CommunicationKind.DEPARTMENT_BRIEFING: "As needed",
        CommunicationKind.TECHNICAL_UPDATE: "Every second Thursday",
    }


def test_an_outline_is_blocked_only_by_its_notes_to_the_author() -> None:
    constants = dict.fromkeys(CONSTANT, "x")
    for outline in standard_outlines().values():
        problems = problems_in(outline.subject, outline.body, constants)
        assert len(problems) == 1
        assert "notes to the author" in problems[0]
        assert datetime.strptime(outline.at, "%H:%M")


def test_a_good_outline_is_read() -> None:
    outline = read_outline(GOOD)
    assert (outline.rule, outline.write_lead_days, outline.is_required) == ("FREQ=MONTHLY;BYDAY=1MO", 5, False)
    assert outline.body == "Dear {{ first_name }},"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("---\ntitle", "title", "x.md: header lines between two lines of --- are missing."),
        ("subject:", "topic:", "x.md: the header line subject is missing."),
        ("programme_update", "newsletter", "x.md: there is no kind “newsletter”."),
        ("FREQ=MONTHLY", "FREQ=DAILY", "x.md: This rhythm can’t be used. It has to repeat weekly, monthly or yearly."),
        ('"10:00"', '"25:00"', "x.md: “25:00” is not a time of day. Write it as 09:00."),
        ('"All"', '"All', "x.md: the header lines can’t be read as YAML."),
    ],
)
def test_a_broken_outline_says_what_is_wrong(before: str, after: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        read_outline(GOOD.replace(before, after), "x.md")
    assert error.value.sentence == said
