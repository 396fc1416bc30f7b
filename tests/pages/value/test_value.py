"""Pages of value metrics: from an empty workflow to a corrected reading, and readings as a file."""

import re
from io import BytesIO

from markup import text_of

from engagement.db import db
from engagement.value.models import MetricReading, ValueMetric

METRIC = {"name": "Time to answer", "unit": "minutes", "better": "lower", "every": "month"}


def test_a_metric_from_nothing_to_a_corrected_reading(manager, workflow):
    empty = text_of(manager.get(f"/workflows/{workflow.id}/value"))
    assert "Nothing is measured of Claims triage" in empty
    refused = manager.post(f"/workflows/{workflow.id}/value/new", data=METRIC | {"target": "1,250", "unit": ""})
    assert (refused.status_code, "Write 1250 or 1.250." in text_of(refused), "Write its unit." in text_of(refused)) == (
        422,
        True,
        True,
    )
    made = manager.post(
        f"/workflows/{workflow.id}/value/new", data=METRIC | {"target": "10", "target_on": "2026-09-30"}
    )
    metric = db.session.query(ValueMetric).one()
    assert made.location == f"/metrics/{metric.id}/baseline"
    kept = manager.post(made.location, data={"value": "20", "method": "", "measured_on": ""})
    assert (
        kept.status_code,
        "Say how it was measured" in text_of(kept),
        'value="20"' in kept.get_data(as_text=True),
    ) == (
        422,
        True,
        True,
    )
    data = {"value": "20", "method": "All claims of March", "measured_on": "2026-03-31"}
    assert manager.post(made.location, data=data).status_code == 303
    page = text_of(manager.get(f"/metrics/{metric.id}"))
    assert "20 minutes on 31 March 2026" in page
    assert "All claims of March" in page
    for value, day in (("18,5", "2026-04-07"), ("15", "2026-04-14")):
        sent = {"measured_on": day, "value": value, "note": ""}
        assert manager.post(f"/metrics/{metric.id}/readings", data=sent).status_code == 303
    twice = manager.post(f"/metrics/{metric.id}/readings", data={"measured_on": "2026-04-14", "value": "9"})
    assert (twice.status_code, "There is a reading of 14 April 2026 already" in text_of(twice)) == (422, True)
    last = db.session.query(MetricReading).filter_by(value=15_000).one()
    corrected = manager.post(f"/readings/{last.id}/correction", data={"measured_on": "2026-04-14", "value": "14"})
    assert corrected.status_code == 303
    page = manager.get(f"/metrics/{metric.id}").get_data(as_text=True)
    assert (
        'aria-label="Time to answer: from 20 minutes on 31 March 2026 to 14 minutes on 14 April 2026; target 10 minutes"'
        in page
    )
    assert "60 % of the way to the target." in page
    assert "15 minutes" in text_of(manager.get(f"/metrics/{metric.id}")).partition("What no longer holds")[2]
    file = manager.get(f"/workflows/{workflow.id}/value.csv").get_data(as_text=True)
    assert file.splitlines()[1:] == [
        "Claims triage,Time to answer,minutes,2026-04-07,18.5,,Ines Okafor",
        "Claims triage,Time to answer,minutes,2026-04-14,14.0,,Ines Okafor",
    ]
    assert "14 minutes on 14 April" in text_of(manager.get(f"/workflows/{workflow.id}"))


FILE = """workflow;metric;day;value;note;unit;colour
Claims triage;time to answer;2026-04-01;18,5;;minutes;red
Claims triage;Time to answer;01.04.2026;17;;;
Claims triage;Time to answer;2026-04-08;12;;;
Claims triage;Time to answer;2026-04-09;15;Whole week;;
Claims triage;Time to answer;2026-05-01;15;;;
Claims triage;Time to answer;30.2.2026;many;;;
Claims triage;Time to win;2026-04-02;15;;;
Letters;Time to answer;2026-04-02;15;;;
;;;;only a note;
"""


def preview(manager, content: str) -> tuple[str, str]:
    taken = manager.post("/value/import", data={"file": (BytesIO(content.encode()), "readings.csv")})
    assert taken.status_code == 303, text_of(taken)
    return taken.location, manager.get(taken.location).get_data(as_text=True)


def test_a_file_is_previewed_line_by_line_and_one_bad_line_stops_no_other(manager, workflow):
    manager.post(f"/workflows/{workflow.id}/value/new", data=METRIC)
    metric = db.session.query(ValueMetric).one()
    for day, value in (("2026-04-08", "12"), ("2026-04-09", "14")):
        manager.post(f"/metrics/{metric.id}/readings", data={"measured_on": day, "value": value})
    address, page = preview(manager, FILE)
    lines = re.findall(r'<td data-label="Line">(\d+)</td>.*?<td data-label="Why">(.*?)</td>', page, re.DOTALL)
    assert [(number, re.findall(r"<li>(.*?)</li>", why)) for number, why in lines] == [
        ("3", ["Line 2 has a reading of this metric on this day already. Keep one of them."]),
        ("6", ["1 May 2026: that day has not come. Choose the day on which it was measured."]),
        (
            "7",
            [
                "“30.2.2026” is not a date. Write it as 2026-12-31 or, day first, 31.12.2026.",
                "Under value: Write a number, such as 12 or 12.5, without its unit.",
            ],
        ),
        ("8", ["“Claims triage” has no metric called “Time to win”."]),
        ("9", ["No workflow that you plan and measure is called “Letters”."]),
        ("10", ["It has no workflow.", "It has no day.", "It has no value."]),
    ]
    assert "Not read, because no column has such a header: “colour”." in page
    assert "Write 2 readings" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    manager.post(f"/metrics/{metric.id}/readings", data={"measured_on": "2026-04-01", "value": "1"})
    anew = manager.post(f"{address}/application", data={"seen": seen})
    again = manager.get(anew.location).get_data(as_text=True)
    assert "Something was entered since you looked." in again
    done = manager.post(f"{address}/application", data={"seen": re.search(r'name="seen" value="(\w+)"', again)[1]})
    assert done.location == f"/workflows/{workflow.id}/value"
    standing = db.session.query(MetricReading).filter_by(superseded_at=None).order_by(MetricReading.measured_on)
    assert [(row.measured_on.day, row.value, row.note) for row in standing] == [
        (1, 18_500, ""),
        (8, 12_000, ""),
        (9, 15_000, "Whole week"),
    ]
    assert manager.get(address).status_code == 404


def test_a_file_that_can_not_be_read_says_why(manager, workflow):
    sent = {
        "workflow;metric;day\nA;B;2026-04-01": "No column is called “value”. The headers are: “workflow”, “metric”, “day”.",
        "workflow;metric;day;value;kpi\nA;B;2026-04-01;1;2": "The columns “metric” and “kpi” say the same. Remove or rename one of them.",
        "workflow;metric;day;value\n": "The file has a header and no rows below it.",
    }
    for content, sentence in sent.items():
        page = manager.post("/value/import", data={"file": (BytesIO(content.encode()), "readings.csv")})
        assert (page.status_code, sentence in text_of(page)) == (422, True), text_of(page)
    assert "Choose a file." in text_of(manager.post("/value/import", data={}))
