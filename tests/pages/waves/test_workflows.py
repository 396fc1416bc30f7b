"""The pages of a workflow."""

import re

import pytest
from factories import make_workflow


@pytest.fixture
def workflow(wave):
    return make_workflow(wave.programme)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def test_a_version_is_announced_and_shown_until_it_holds(manager, workflow):
    address = f"/workflows/{workflow.id}/versions"
    empty = manager.post(address, data={"changes": "", "holds_from_on": "2026-05-01"})
    assert (empty.status_code, "Say what changes." in text_of(empty)) == (422, True)
    early = manager.post(address, data={"changes": "It reads letters too.", "holds_from_on": "2026-04-01"})
    assert (early.status_code, "It reads letters too.</textarea>" in early.get_data(as_text=True)) == (422, True)
    assert (
        manager.post(address, data={"changes": "It reads <b> too.", "holds_from_on": "2026-05-01"}).status_code == 303
    )
    page = text_of(manager.get(address))
    assert "Version 1 holds since Tuesday 14 April." in page
    assert (
        "Version 2 will hold from Friday 1 May It reads &lt;b&gt; too. Announced Tuesday 14 April by Ines Okafor"
        in page
    )
    assert "Version 1 All versions" in text_of(manager.get(f"/workflows/{workflow.id}"))
