"""Figures in words, and beside an earlier day: both numbers, or why they cannot be compared."""

from dataclasses import replace
from datetime import date

import pytest

from engagement.reports.rules.basis import counted_with
from engagement.reports.rules.comparing import Change, changes
from engagement.reports.rules.decisions import Standing
from engagement.reports.rules.figures import Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure

NOW, THEN = date(2026, 4, 14), date(2026, 3, 31)
WAVE = Subject(SubjectKind.WAVE, "3", "Wave 3: Property claims")


def trained(finished, asked, **other):
    other = {"need": 95, "basis": "“Triage” (user)"} | other
    return replace(share_of(Measure.TRAINED, WAVE, finished, asked, NOW, "nothing assigned yet"), **other)


def opened(number, floor=5):
    return figure_of(Measure.OPEN, WAVE, number, NOW, groups_under=floor)


def read(number, unit):
    return figure_of(Measure.VALUE, WAVE, number, NOW, unit=unit)


def way(percent):
    return figure_of(Measure.VALUE_WAY, WAVE, percent, NOW)


def ready(met, *asked):
    return replace(share_of(Measure.READY, WAVE, met, len(asked), NOW, ""), basis="\n".join(asked))


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (trained(371, 538), "69\N{NO-BREAK SPACE}%, 371 of 538"),
        (trained(0, 538), "none of 538"),
        (trained(999, 1000), "99\N{NO-BREAK SPACE}%, 999 of 1,000"),
        (trained(0, 0), "nothing assigned yet"),
        (opened(None), "not shown"),
        (opened(1234), "1,234"),
        (figure_of(Measure.MEDIAN, WAVE, 1, NOW), "1 working day"),
        (figure_of(Measure.MEDIAN, WAVE, 2.5, NOW), "2.5 working days"),
        (figure_of(Measure.VALUE, WAVE, -12.25, NOW, unit="minutes"), "-12.25 minutes"),
        (figure_of(Measure.VALUE_WAY, WAVE, -8, NOW), "-8\N{NO-BREAK SPACE}%"),
        (figure_of(Measure.VALUE_WAY, WAVE, 100 * 19 / 28, NOW), "68\N{NO-BREAK SPACE}%"),
        (figure_of(Measure.VALUE_WAY, WAVE, 45.48, NOW), "45\N{NO-BREAK SPACE}%"),
        (figure_of(Measure.VALUE_WAY, WAVE, 44.5, NOW), "45\N{NO-BREAK SPACE}%"),
        (figure_of(Measure.VALUE_WAY, WAVE, -0.3, NOW), "0\N{NO-BREAK SPACE}%"),
        (figure_of(Measure.VALUE_WAY, WAVE, 99.9, NOW), "99\N{NO-BREAK SPACE}%"),
    ],
)
def test_a_figure_says_itself(figure, words):
    assert figure.words == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (trained(371, 538), trained(301, 520), "+11.1 points from 58\N{NO-BREAK SPACE}%, 301 of 520"),
        (trained(301, 538), trained(371, 538), "−13 points from 69\N{NO-BREAK SPACE}%, 371 of 538"),
        (trained(5, 10), trained(5, 10), "unchanged"),
        (opened(12), opened(19), "−7 from 19"),
        (way(67.857), way(44.643), "+23.2 points from 45\N{NO-BREAK SPACE}%"),
        (read(83, "%"), read(58, "%"), "+25 points from 58 %"),
        (read(31, "tickets"), read(64, "tickets"), "−33 from 64 tickets"),
        (read(0.004, "errors a case"), read(0.002, "errors a case"), "+0.002 from 0.002 errors a case"),
        (read(3_750_000, "euros"), read(2_500_000, "euros"), "+1,250,000 from 2,500,000 euros"),
        (read(31, "minutes"), read(0.5, "hours"), "not comparable: it was in hours"),
        (opened(12), None, "not counted then"),
        (opened(12), opened(None), "not shown then"),
        (opened(None), opened(19), "19 then"),
        (opened(12, 7), opened(19, 5), "not comparable: it was counted in another way"),
        (trained(371, 538), replace(trained(301, 520), need=80), "not comparable: 80 % were asked for"),
        (trained(371, 538), trained(301, 301), "not comparable: of 301 then, 100\N{NO-BREAK SPACE}%, 301 of 301"),
        (ready(1, "A, 90 %", "B"), ready(1, "A, 90 %", "B"), "unchanged"),
        (ready(1, "A, 100 %", "B"), ready(1, "A, 90 %", "B"), "not comparable: counted with A, 90 % then"),
        (ready(2, "A", "B", "C"), ready(1, "A"), "not comparable: B and 1 more was not counted then"),
        (ready(1, "A"), ready(1, "A", "B", "C"), "not comparable: counted with B and 1 more then"),
        # People who came or went with a role are no other curriculum.
        (
            trained(5, 10, basis="“A” (user)\n“B” (leader)"),
            trained(4, 10, basis="“A” (user)\n“C” (support)"),
            "+10 points from 40\N{NO-BREAK SPACE}%, 4 of 10",
        ),
        (
            trained(5, 10, basis="“A” (user)\n“B” (leader)"),
            trained(4, 10, basis="“A” (user)\n“C” (leader)"),
            "not comparable: counted with “C” (leader) then",
        ),
        # Two reports of a release that didn't keep it.
        (
            trained(5, 10, basis=""),
            trained(4, 10, basis=""),
            "not comparable: it is not known with what it was counted then",
        ),
        (ready(1, "A"), replace(ready(1, "A"), basis=""), "not comparable: it is not known with what it was counted then"),
        (ready(1, "A", "A"), ready(1, "A", "A"), "unchanged"),
        (ready(1, "A"), ready(1, "A", "A"), "not comparable: counted with A then"),
        (ready(1, "A", "A"), ready(1, "A"), "not comparable: A was not counted then"),
        (ready(1, "B", "A"), ready(1, "A", "B"), "unchanged"),
        (trained(0, 0), trained(301, 520), "58\N{NO-BREAK SPACE}%, 301 of 520 then"),
    ],
)  # fmt: skip
def test_a_change_has_both_numbers_or_says_why_it_cannot(now, before, words):
    assert Change(now, before).words == words


def test_a_number_of_another_day_than_its_report_says_it():
    before = replace(trained(301, 520), as_of=date(2026, 3, 10))
    (change,) = changes([trained(371, 538)], [before], (THEN,))
    assert change.words == "+11.1 points from 58\N{NO-BREAK SPACE}%, 301 of 520 on 10 March"
    assert changes([trained(371, 538)], [before], (THEN, before.as_of))[0].words.endswith("301 of 520")
    (same,) = changes([trained(301, 520)], [replace(before, as_of=date(2025, 12, 1))], (THEN,))
    assert same.words == "unchanged since 1 December 2025"
    (gone,) = changes([trained(0, 0)], [before], (THEN,))
    assert gone.words == "58\N{NO-BREAK SPACE}%, 301 of 520 on 10 March"
    (unknown,) = changes([trained(371, 538)], [replace(before, value=None)], (THEN,))
    assert unknown.words == "nothing assigned yet then"


def test_figures_find_themselves_in_the_earlier_report_by_what_they_are_about():
    renamed = replace(trained(1, 2), of=replace(WAVE, name="Another name"))
    other = replace(trained(1, 4), of=replace(WAVE, key="4"))
    first, second = changes([trained(2, 2), replace(other, numerator=2)], [other, renamed])
    assert (first.before, second.before) == (renamed, other)


@pytest.mark.parametrize(
    ("standing", "on_track", "sentence"),
    [
        (Standing((), ("training is in time",), ()), True, "On track: training is in time."),
        (Standing(("a, b, is late", "c")), False, "Not on track, because a, b, is late; and c."),
        (Standing((), ("training is in time",), ("x is not counted",)), None, "Whether this is on track is not known, because x is not counted."),
        (Standing(), None, "Whether this is on track is not known: nothing is planned yet."),
    ],
)  # fmt: skip
def test_on_track_is_said_only_where_it_is_known(standing, on_track, sentence):
    assert (standing.is_on_track, standing.sentence) == (on_track, sentence)


def test_what_figures_were_counted_with_is_said_once_and_of_numbers_alone():
    other = replace(ready(1, "A, 90 %", "B"), of=replace(WAVE, key="4", name="Wave 4: Letters"))
    nothing = replace(figure_of(Measure.VALUE_WAY, WAVE, None, NOW), basis="the way from not said to none set")
    assert counted_with([trained(1, 2), trained(2, 2), ready(1, "A, 90 %", "B"), other, nothing]) == [
        "Trained: 95\N{NO-BREAK SPACE}% asked for.",
        "Trained, Wave 3: Property claims: “Triage” (user).",
        "Ready, Wave 3: Property claims and Wave 4: Letters: A, 90 %; B.",
    ]
