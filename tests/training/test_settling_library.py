"""The starter library becomes modules and curricula; what was rewritten here is left alone."""

import shutil
from pathlib import Path

import pytest
from factories import TESTER
from flask import Flask
from sqlalchemy import func, select

from engagement.content.library import LIBRARY
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.rules import TrainingRole
from engagement.reach import Reach
from engagement.training.actions.library import LibraryCounts, settle_library
from engagement.training.actions.modules import edit_module
from engagement.training.models import Curriculum, CurriculumItem, Module
from engagement.training.queries.curricula import curricula, curriculum
from engagement.training.rules import ItemKind
from engagement.training.scopes import module_for

SLUG = "when-it-is-wrong"


@pytest.fixture
def library(app: Flask, tmp_path: Path) -> Path:
    """A copy of the starter library that a test may change."""
    shutil.copytree(LIBRARY, tmp_path / "content")
    return tmp_path / "content"


def change(library: Path, old: str, new: str, role: str = "user", slug: str = SLUG) -> None:
    file = library / "training" / role / f"{slug}.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(slug: str = SLUG) -> Module:
    return module_for(Reach(everything=True), slug)


def edited(module: Module, **changes: object) -> None:
    now = {"title": module.title, "summary": module.summary, "body": module.body, "minutes": module.minutes}
    values = {**now, "pass_mark": module.pass_mark, "from_version": module.version, **changes}
    edit_module(module, by=TESTER, **values)  # type: ignore[arg-type]


def test_library_makes_four_curricula_in_order(library: Path) -> None:
    assert settle_library(library, by=TESTER) == LibraryCounts(8, 0, 0)
    plans = curricula()
    assert list(plans) == list(TrainingRole)
    lines = plans[TrainingRole.USER].lines
    assert [(line.module.slug, line.kind) for line in lines] == [
        ("working-with-an-ai-workflow", ItemKind.REQUIRED),
        (SLUG, ItemKind.REQUIRED),
    ]
    assert lines[1].after is lines[0].module
    assert plans[TrainingRole.USER].minutes == 30
    assert plans[TrainingRole.SUPPORT].minutes == 20


def test_settling_the_library_again_changes_nothing(library: Path) -> None:
    settle_library(library, by=TESTER)
    assert settle_library(library, by=TESTER) == LibraryCounts(0, 0, 0)
    counts = [db.session.scalar(select(func.count()).select_from(t)) for t in (Module, Curriculum, CurriculumItem)]
    assert counts == [8, 4, 8]


def test_changed_file_renews_its_module_as_next_version(library: Path) -> None:
    settle_library(library, by=TESTER)
    change(library, "minutes: 10", "minutes: 15")
    change(library, "kind: required", "kind: optional")
    assert settle_library(library, by=TESTER) == LibraryCounts(0, 1, 0)
    assert (found().minutes, found().version) == (15, 2)
    assert curriculum(TrainingRole.USER).lines[1].kind is ItemKind.OPTIONAL


def test_version_in_the_file_is_taken_when_it_is_higher(library: Path) -> None:
    settle_library(library, by=TESTER)
    change(library, "version: 1", "version: 5")
    settle_library(library, by=TESTER)
    assert found().version == 5


def test_module_that_was_rewritten_here_is_left_alone(library: Path) -> None:
    settle_library(library, by=TESTER)
    edited(found(), title="When it goes wrong")
    change(library, "minutes: 10", "minutes: 15")
    assert settle_library(library, by=TESTER) == LibraryCounts(0, 0, 1)
    assert (found().title, found().minutes, found().version) == ("When it goes wrong", 10, 2)


def test_new_file_finds_its_place_after_one_that_was_rewritten(library: Path) -> None:
    settle_library(library, by=TESTER)
    edited(found(), title="When it goes wrong")
    text = (library / "training" / "user" / f"{SLUG}.md").read_text(encoding="utf-8")
    text = text.partition("## Check yourself")[0].replace(f"slug: {SLUG}", "slug: third")
    text = text.replace("after: working-with-an-ai-workflow", f"after: {SLUG}").replace("position: 2", "position: 3")
    (library / "training" / "user" / "third.md").write_text(text, encoding="utf-8")
    assert settle_library(library, by=TESTER).added == 1
    line = curriculum(TrainingRole.USER).lines[2]
    assert (line.module.slug, line.after) == ("third", found())


def test_wrong_file_leaves_everything_as_it_was(library: Path) -> None:
    change(library, "minutes: 10", "minutes: soon")
    with pytest.raises(BadInput, match="minutes"):
        settle_library(library, by=TESTER)
    assert db.session.scalar(select(func.count()).select_from(Module)) == 0


def test_editing_raises_the_version_once_and_says_who(library: Path) -> None:
    settle_library(library, by=TESTER)
    edited(found(), minutes=12)
    assert (found().version, found().edited_by, found().minutes) == (2, "The tests", 12)
    edited(found())
    assert found().version == 2


def test_editing_from_an_old_version_is_refused(library: Path) -> None:
    settle_library(library, by=TESTER)
    edited(found(), minutes=12)
    with pytest.raises(RuleBroken, match="changed by somebody else"):
        edited(found(), minutes=14, from_version=1)


def test_editing_refuses_a_wrong_quiz_with_its_line(library: Path) -> None:
    settle_library(library, by=TESTER)
    with pytest.raises(BadInput) as caught:
        edited(found(), body="Text\n\n```quiz\nid: a\n```\n", minutes=0)
    assert caught.value.problems == {
        "body": "Line 4: question “a” needs between two and eight choices.",
        "minutes": "Choose between 1 and 600 minutes.",
    }
    assert found().version == 1
