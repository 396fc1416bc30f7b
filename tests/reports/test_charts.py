"""Charts: well-formed, labelled, escaped, and coloured by classes alone."""

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from engagement import charts
from engagement.charts import WaveSpan
from engagement.resistance.rules import Source

TODAY = date(2026, 4, 14)


def drawn(chart):
    assert not re.search(r"style=|#[0-9a-f]{3,6}\b|<script", chart)
    root = ElementTree.fromstring(str(chart))
    assert root.get("role") == "img"
    assert root.get("aria-label")
    return root


def test_a_bar_begins_at_zero_and_marks_what_is_needed():
    root = drawn(charts.bar(371, 538, need=0.95))
    assert [rect.get("width") for rect in root.iter("rect")] == ["100", "69.0"]
    assert root.find("line").get("x1") == "95.0"
    assert root.get("aria-label") == "371 of 538, 95\u00a0% needed"
    assert drawn(charts.bar(0, 0)).findall("rect")[1].get("width") == "0.0"


def test_sparklines_of_one_table_share_a_scale_and_end_in_a_dot():
    low = drawn(charts.sparkline([5, 5], top=20, source="job_security"))
    high = drawn(charts.sparkline([20, 20], top=20, source="job_security"))
    assert float(low.find("circle").get("cy")) > float(high.find("circle").get("cy"))
    assert drawn(charts.sparkline([6, 5, 19], top=19)).get("aria-label") == "rising from 6 to 19"


def test_numbers_that_may_not_be_shown_leave_a_gap_in_the_line():
    root = drawn(charts.sparkline([None, 7, 8, None, 9], top=9))
    assert len(root.findall("polyline")) == 1
    assert len(root.find("polyline").get("points").split(" ")) == 2
    hidden_since = drawn(charts.sparkline([7, 8, None], top=9))
    assert hidden_since.find("circle") is None
    assert hidden_since.get("aria-label") == "rising from 7 to 8; no number since then"
    alone = drawn(charts.sparkline([None, 7, None, 8, 9], top=9)).findall("circle")
    assert [dot.get("r") for dot in alone] == ["1.75", "3.5"]
    assert charts.sparkline([None, None], top=9) == ""


def test_every_source_has_its_colour_class():
    assert set(charts.SOURCE_CLASSES) == set(Source)


def test_the_timeline_draws_each_wave_its_go_live_and_today():
    waves = [
        WaveSpan("1 Motor <claims>", date(2026, 1, 1), date(2026, 1, 26), date(2026, 3, 27)),
        WaveSpan(
            "2 A name that is much too long for its column, and then for two", date(2026, 2, 1), date(2026, 3, 23), None
        ),
    ]
    root = drawn(charts.waves_timeline(waves, TODAY))
    words = [text.text for text in root.iter("text")]
    assert "1 Motor <claims>" in words
    assert words[words.index("2 A name that is much too") + 1] == "long for its column, and…"
    assert words[:3] == ["Jan 2026", "Feb", "Mar"]
    assert "today" not in words
    assert "today" in [text.text for text in drawn(charts.waves_timeline(waves, date(2026, 3, 1))).iter("text")]
    assert [word for word in words if word.startswith("live")] == ["live 26 Jan", "live 23 Mar"]
    assert [rect.get("class") for rect in root.iter("rect")] == ["c-prep", "c-settle", "c-live", "c-prep", "c-live"]
    assert charts.waves_timeline([], TODAY) == ""


@given(
    st.lists(
        st.tuples(st.dates(date(2020, 1, 1), date(2045, 1, 1)), st.integers(0, 900), st.integers(0, 900)),
        min_size=1,
        max_size=9,
    )
)
def test_any_dates_stay_within_the_drawing(dates):
    waves = [
        WaveSpan(f"Wave {n}", first, first + timedelta(days=before), first + timedelta(days=before + after))
        for n, (first, before, after) in enumerate(dates)
    ]
    root = drawn(charts.waves_timeline(waves, TODAY))
    for rect in root.iter("rect"):
        assert float(rect.get("x")) >= charts.LABEL_WIDTH - 2
        assert float(rect.get("x")) + float(rect.get("width")) <= charts.WIDTH
        assert float(rect.get("width")) >= 0
    months = [float(line.get("x1")) for line in root.iter("line") if line.get("class") == "c-grid"]
    assert all(b - a > 40 for a, b in pairwise(months))
