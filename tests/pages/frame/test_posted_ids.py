"""What a form sends inside its fields: ids of the foreign side are refused where those of the own side are taken."""

import pytest
from flask import Flask
from pages.frame.two_of_everything import World

pytestmark = pytest.mark.usefixtures("frozen")
COMMUNICATION = {
    "name": "News",
    "kind": "technical_update",
    "wave": "{wave_id}",
    "audience": "{audience_id}",
    "owner": "{manager_id}",
    "approver": "0",
    "rhythm": "as_needed",
    "weekday": "TH",
    "week": "1",
    "month_day": "1",
    "at": "11:00",
    "timezone": "Europe/London",
    "starts_on": "2026-04-16",
    "holiday_policy": "after",
    "holiday_country": "GB-ENG",
    "write_lead_days": "2",
    "reaches": "at_once",
    "remind_after_days": "3",
    "remind_times": "2",
    "subject": "News",
    "outline": "Text",
}
NEW_WAVE = {"name": "Next", "go_live_on": "2026-09-01", "training_lead_days": "7"}
OCCASION = {"kind": "trial", "held_on": "2026-04-10", "about": "Photos", "people": "e@example.com"}
STAKEHOLDER = {"name": "Works council", "group": "others"}
CONCERN = {"text": "Heard", "source": "other", "severity": "low"}
#: Who posts where, with what in the other fields; then the field, what it takes and what it refuses. "{…}" are values of the
#: own side, "{foreign …}" of the foreign one.
POSTS: list[tuple[str, str, dict[str, str], str, str, str]] = [
    *(
        (letter, "/waves/{wave_id}/people", {}, "person", "e@example.com", "foreign@example.com")
        for letter in ("L", "W")
    ),
    ("P", "/programmes/{programme_id}/waves/new", NEW_WAVE, "workflows", "{workflow_id}", "{foreign workflow_id}"),
    ("P", "/programmes/{programme_id}/waves/new", NEW_WAVE, "lead", "foreign@example.com", "nobody@example.com"),
    *(
        (letter, "/workflows/{workflow_id}/inclusion/new", OCCASION, "wave", "{wave_id}", "{foreign wave_id}")
        for letter in "PWL"
    ),
    *((letter, "/workflows/{workflow_id}/inclusion/new", OCCASION, "wave", "{wave_id}", "") for letter in "WL"),
    ("L", "/waves/{wave_id}/edit", NEW_WAVE, "workflows", "{workflow_id}", "{foreign workflow_id}"),
    *((letter, "/communications/new", COMMUNICATION, "wave", "{wave_id}", "{foreign wave_id}") for letter in "PWL"),
    *((letter, "/communications/new", COMMUNICATION, "wave", "{wave_id}", "0") for letter in "WL"),
    *(
        (letter, "/communications/new", COMMUNICATION, "audience", "{audience_id}", "{foreign audience_id}")
        for letter in "WL"
    ),
    *(
        (letter, "/communications/new", COMMUNICATION, "owner", "{manager_id}", "{foreign account_id}")
        for letter in "PWL"
    ),
    *((letter, "/communications/new", COMMUNICATION, "approver", "0", "{foreign account_id}") for letter in "PWL"),
    *(
        (letter, "/stakeholders/new", STAKEHOLDER, "places", "wave-{wave_id}", "wave-{foreign wave_id}")
        for letter in "PWL"
    ),
    *(
        (letter, "/stakeholders/new", STAKEHOLDER, "places", "wave-{wave_id}", "programme-{programme_id}")
        for letter in "WL"
    ),
    *((letter, "/concerns/log", CONCERN, "wave", "{wave_id}", "{foreign wave_id}") for letter in "PWL"),
    *((letter, "/concerns/{concern_id}/ownership", {}, "owner", "{manager_id}", "{account_id}") for letter in "PWL"),
    (
        "L",
        "/waves/{wave_id}/champions",
        {"person": "foreign@example.com", "from_on": "2026-04-14"},
        "department",
        "{department_id}",
        "{foreign department_id}",
    ),
]


def test_fields_take_what_is_of_the_own_side_and_refuse_what_is_foreign(app: Flask, world: World):
    values = {**world.values["own"], **{f"foreign {name}": value for name, value in world.values["foreign"].items()}}

    def filled(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def status(letter: str, path: str, fields: dict[str, str]) -> int:
        client, cookie = app.test_client(use_cookies=False), f"engagement={world.cookies[letter]}"
        data = {name: filled(value) for name, value in fields.items()}
        return client.post(filled(path), data=data, headers={"Cookie": cookie}).status_code

    told = {}
    for letter, path, fields, field, taken, refused in POSTS:
        answers = tuple(status(letter, path, {**fields, field: one}) for one in (taken, refused))
        told[letter, path, field, refused] = (answers[0] == 303, answers[1] in (200, 400, 403, 404, 422))
    assert {key: value for key, value in told.items() if value != (True, True)} == {}
