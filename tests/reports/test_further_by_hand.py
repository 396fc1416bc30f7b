"""Every figure of the reports on maturity and on communication is what counting row by row gives, on random programmes."""

import pytest
from factories import make_account
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from readiness.random_programme import ON
from reports.further_by_hand import communication_by_hand, make_random_further, maturity_by_hand
from reports.random_sheet import FLOOR
from reports.sheet_by_hand import Counted, Number

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.organisation.rules import UNSET
from engagement.reports.queries.communication import communication_report
from engagement.reports.queries.maturity import maturity_report
from engagement.reports.rules.document import Document

pytestmark = pytest.mark.usefixtures("app", "frozen")


def counted(document: Document) -> Counted:
    return {figure.key: Number(figure.value, figure.numerator, figure.denominator) for figure in document.figures}


@settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(seed=st.integers(0, 10**6))
def test_every_figure_is_what_counting_row_by_row_gives(seed: int) -> None:
    # What the example before left is nothing to this one.
    db.session.rollback()
    db.session.expunge_all()
    programme = make_random_further(seed)
    reader = reader_of(make_account("ada@example.com", "Ada Auditor", Role.AUDITOR), "UTC")
    assert counted(maturity_report(programme, ON, reader, UNSET).document) == maturity_by_hand(programme)
    assert counted(communication_report(programme, ON, reader, FLOOR, UNSET).document) == communication_by_hand(
        programme
    )
