"""Every link that a reader is offered, followed from page to page."""

import re

import markup
import pytest
from flask import Flask
from pages.frame.two_of_everything import World

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("letter", list("AMLHRSErwsuvd"))
def test_every_link_that_a_reader_is_offered_lets_them_in_to_sound_pages(app: Flask, world: World, letter: str):
    """Whole pages as a browser gets them, so that their HTML is looked at here as well."""
    closed, faulty = set(), set()
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies[letter]}"}
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith(("/static", "/bootstrap")):
            continue
        seen.add(path)
        answer = client.get(path, headers=headers)
        if answer.status_code == 302:
            waiting.append(answer.location)
        elif answer.status_code != 200:
            closed.add((path, answer.status_code))
        elif answer.mimetype == "text/html":
            page = answer.get_data(as_text=True)
            faulty |= {(path, fault) for fault in markup.faults(page)}
            found = re.findall(r'href="(/[^"#?]*(?:\?programme_id=\d+)?)', page)
            waiting += [address for address in found if address not in seen]
    assert closed == set()
    assert faulty == set()
