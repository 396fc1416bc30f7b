"""Short ways to concerns and to those who say them."""

import re
from datetime import date

from factories import make_account, make_person, make_unknown_concern, signed_in

from engagement.resistance.rules import Source

TODAY = date(2026, 4, 14)
FORM_KEY = "a form key that is long enough"


def say(text="I fear for my job", wave=None, **more):
    return make_unknown_concern(text, on=TODAY, source=Source.JOB_SECURITY, wave=wave, **more)


def employee(app, name="Tomasz Wójcik", email="tomasz@example.com"):
    person = make_person(name, email)
    account = make_account(email, name)
    account.person_id = person.id
    return signed_in(app, account), person


def page(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))
