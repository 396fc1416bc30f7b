"""Readers and a writer of the calendar, and a draft of theirs."""

import pytest
from factories import make_account, make_person
from flask import Flask

from engagement.accounts.models import Account
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.db import db
from tests.communications.calendar_rows import make_draft, make_line, make_writer


@pytest.fixture
def writer(app: Flask) -> Account:
    return make_writer()


@pytest.fixture
def employee(app: Flask) -> Account:
    return make_account("tomasz@example.com", "Tomasz Wójcik")


@pytest.fixture
def draft(writer: Account) -> Occurrence:
    make_person("Leila Haddad", "leila@example.com", language="de")
    draft = make_draft(make_line(owner=writer))
    write_occurrence(draft, "News", "Before", by=writer.actor)
    db.session.commit()
    return draft
