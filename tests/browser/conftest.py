"""One Chromium and one running service for all browser tests of a process, and visitors who begin in a known state."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.furnishing import furnish_bare, furnish_nothing, furnish_programme
from browser.inspection import HEIGHT, Visitor
from browser.live import LiveService, live_service
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from engagement.db import db

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Opens a window; keyword arguments are those of playwright's `new_context`.
OpenWindow = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


def _chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium that is installed; without one the tests are skipped, or fail where BROWSER=required says so."""
    path = _chromium()
    if path is None and os.environ.get("BROWSER") == "required":
        pytest.fail("BROWSER=required, but no Chromium was found: install one or name it in CHROMIUM.", pytrace=False)
    if path is None:
        pytest.skip("no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _live(chromium: Browser) -> Iterator[LiveService]:
    with live_service() as live:
        yield live


def _furnished(live: LiveService, name: str, furnish: Callable[[Flask], None]) -> LiveService:
    if not live.has_kept(name):
        live.come_back_to("empty")
        with live.app.app_context():
            furnish(live.app)
            db.session.commit()
        live.keep_as(name)
    live.come_back_to(name)
    return live


@pytest.fixture
def nobody_yet(_live: LiveService) -> LiveService:
    """The service as it is on the first day: nobody can sign in."""
    _live.come_back_to("empty")
    return _live


@pytest.fixture
def bare(_live: LiveService) -> LiveService:
    """The service with two change managers and nobody else."""
    return _furnished(_live, "bare", furnish_bare)


@pytest.fixture
def empty(_live: LiveService) -> LiveService:
    """The service with one change manager, and nothing else."""
    return _furnished(_live, "nothing", furnish_nothing)


@pytest.fixture
def live(_live: LiveService) -> LiveService:
    """The service with a small programme four weeks before go-live."""
    return _furnished(_live, "programme", furnish_programme)


@pytest.fixture
def window(chromium: Browser, _live: LiveService) -> Iterator[OpenWindow]:
    """Open windows, each with cookies of its own; all are closed at the end."""
    contexts = []

    def open_window(width: int = 1280, **options: Any) -> Visitor:
        # Without motion a colour is what it will be at once, and not somewhere on its way there.
        options = {"locale": "en-GB", "reduced_motion": "reduce"} | options
        context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Visitor(context, _live.url, width)

    yield open_window
    for context in contexts:
        context.close()
