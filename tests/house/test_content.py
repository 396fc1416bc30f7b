"""Every file of the starter library parses and keeps what its README promises authors and readers."""

from pathlib import Path

import pytest
from dateutil.rrule import rrulestr

from engagement.communications.texts.queries.outlines import STABLE, stable_drafts
from engagement.content import library
from engagement.content.frames import FIRST, frames_by_language
from engagement.content.library import ModuleFile
from engagement.content.markdown import to_html
from engagement.content.quiz import split
from engagement.people.rules import TrainingRole
from engagement.training.rules import RECOGNISE_WRONG, ItemKind

MODULES = library.module_files()


def test_every_file_is_one_of_the_kinds_that_are_parsed() -> None:
    files = set(library.LIBRARY.rglob("*.md")) - {library.LIBRARY / "README.md"}
    parsed = {Path("training", m.role, f"{m.slug}.md") for m in MODULES}
    parsed |= {Path("briefings", f"{outline.slug}.md") for outline in library.outlines()}
    drafts = stable_drafts()
    parsed |= {Path("drafts", f"{STABLE}.md" if each == FIRST else f"{STABLE}.{each}.md") for each in drafts}
    assert set(drafts) == set(frames_by_language())
    parsed |= {Path("guides", f"{library.guide('champion').slug}.md")}
    parsed |= {Path("playbooks", f"{source}.md") for source in library.playbooks()}
    assert {file.relative_to(library.LIBRARY) for file in files} == parsed


def test_words_of_the_library_are_those_of_the_rooms() -> None:
    assert tuple(TrainingRole) == library.ROLES
    assert {kind.value for kind in ItemKind} == set(library.ITEM_KINDS)


@pytest.mark.parametrize("role", list(TrainingRole))
def test_every_role_has_a_curriculum_that_asks_for_something(role: TrainingRole) -> None:
    own = [module for module in MODULES if module.role == role.value]
    assert [module.position for module in own] == list(range(1, len(own) + 1))
    assert any(module.kind == "required" for module in own)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.slug)
def test_module_trains_recognising_when_it_is_wrong(module: ModuleFile) -> None:
    assert sum(RECOGNISE_WRONG in question.tags for question in module.questions) >= 2
    assert all(3 <= len(question.choices) <= 4 for question in module.questions)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.slug)
def test_module_page_holds_no_answer(module: ModuleFile) -> None:
    html = to_html(split(module.body)[0])
    for question in module.questions:
        assert [c.why for c in question.choices if c.why in html] == []
    assert "<h1" not in html


@pytest.mark.parametrize("outline", library.outlines(), ids=lambda outline: outline.slug)
def test_cadence_of_an_outline_is_a_rule_that_recurs(outline: library.Outline) -> None:
    assert outline.rrule == "" or rrulestr(outline.rrule) is not None
    assert (outline.rrule == "") == (outline.kind == "department_briefing")
