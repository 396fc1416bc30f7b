"""Readers of the directory."""

import pytest
from factories import make_change_manager, signed_in


@pytest.fixture
def planner(app, frozen):
    return signed_in(app, make_change_manager())
