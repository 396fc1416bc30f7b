"""The number above the people list is exact, whoever has changed something since the list was asked for last."""

from factories import make_people
from flask import Flask
from sqlalchemy import delete, insert, select, update

from engagement import clock
from engagement.db import db
from engagement.people.listing.queries import Listing
from engagement.people.models import Person, PersonRole
from engagement.people.queries import EVERYBODY, people_listed


def test_a_list_that_is_kept_counts_anew_each_time(app: Flask) -> None:
    first, *_ = make_people(3)
    leaving = update(Person).where(Person.id == first.id)
    everybody = Listing(people_listed(EVERYBODY))
    without_role = Listing(people_listed(EVERYBODY, without_role=True))
    db.session.commit()
    more = {"name": "Zoe Other", "last_name": "Other", "searched_by": "zoe other", "joined_at": clock.now()}
    for statement, numbers in [
        (select(1), (3, 0)),
        (insert(Person).values(more), (4, 1)),
        (leaving.values(left_at=clock.now()), (3, 1)),
        (leaving.values(left_at=None), (4, 1)),
        (delete(PersonRole), (4, 4)),
        (delete(Person).where(Person.name == "Zoe Other"), (3, 3)),
    ]:
        with db.engine.begin() as somebody_else:
            somebody_else.execute(statement)
        lines, total = everybody.page(2, 0)
        assert (len(lines), total, without_role.page(2, 0)[1]) == (2, *numbers)
        db.session.rollback()


def test_a_page_beyond_the_end_still_knows_how_many_there_are(app: Flask) -> None:
    make_people(3)
    assert Listing(people_listed(EVERYBODY)).page(50, 100) == ([], 3)
