"""Two change managers at once."""

import pytest
from factories import make_account, make_change_manager, signed_in
from flask.testing import FlaskClient

from engagement.accounts.rules import Role


@pytest.fixture
def both(app) -> tuple[FlaskClient, FlaskClient]:
    """Two who may change everything."""
    return tuple(  # type: ignore[return-value]
        signed_in(app, account)
        for account in (make_change_manager(), make_account("root@example.com", "Ruth Root", Role.CHANGE_MANAGER))
    )
