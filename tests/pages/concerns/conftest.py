"""The change team, and settings that a test changes."""

import pytest
from factories import make_change_manager, signed_in


@pytest.fixture
def manager(app):
    return signed_in(app, make_change_manager())


@pytest.fixture
def configured(app, monkeypatch):
    """Settings changed for one test."""

    def change(**values):
        monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=values))

    return change
