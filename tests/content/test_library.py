"""Library files: header lines, what is refused with which sentence, playbooks and their responses."""

from pathlib import Path

import pytest

from engagement.content import library
from engagement.errors import BadInput

MODULE = """---
title: Reading
role: user
slug: reading
minutes: 10
position: 1
kind: required
summary: How to read.
version: 1
pass_mark: 66
---

## Text

Read.

```quiz
id: reading-one
question: Which?
choices:
  - text: This
    right: true
    why: Yes.
  - text: That
    why: No.
```
"""


def write(root: Path, text: str, role: str = "user", slug: str = "reading") -> None:
    folder = root / "training" / role
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{slug}.md").write_text(text, encoding="utf-8")


def problem(root: Path) -> str:
    with pytest.raises(BadInput) as caught:
        library.module_files(root)
    return caught.value.sentence


def test_module_file_is_read_as_written(tmp_path: Path) -> None:
    write(tmp_path, MODULE)
    (module,) = library.module_files(tmp_path)
    assert (module.role, module.slug, module.title, module.minutes) == ("user", "reading", "Reading", 10)
    assert (module.position, module.kind, module.version, module.pass_mark) == (1, "required", 1, 66)
    assert module.after is None
    assert module.body.startswith("## Text\n")
    assert [question.id for question in module.questions] == ["reading-one"]


def test_changed_file_is_read_anew(tmp_path: Path) -> None:
    write(tmp_path, MODULE)
    before = library.module_files(tmp_path)[0].fingerprint
    write(tmp_path, MODULE.replace("minutes: 10", "minutes: 12"))
    (module,) = library.module_files(tmp_path)
    assert (module.minutes, module.fingerprint == before) == (12, False)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minutes: 10", "minutes: ten", "reading.md: “minutes” has to be a whole number from 1 to 600."),
        ("pass_mark: 66", "pass_mark: 0", "reading.md: “pass_mark” has to be a whole number from 1 to 100."),
        ("kind: required", "kind: must", "reading.md: “kind” has to be one of required, optional, choice."),
        ("role: user", "role: leader", "reading.md: “role” says leader, its folder says user. Make them the same."),
        ("slug: reading", "slug: other", "reading.md: “slug” says other, the file name says reading. Make them the same."),
        ("title: Reading\n", "", "reading.md: the header needs “title” in one line."),
        ("---\ntitle", "title", "reading.md: the first line has to be ---, then header lines, then --- again."),
        ("version: 1", "version: 1\nafter: nothing-here", "reading.md: “after” names nothing-here, which is no module for this role."),
        ("version: 1", "version: 1\nafter: reading", "reading.md: “after” leads back to the module itself, so nobody could begin it."),
        ("    right: true\n", "", "reading.md: Line 18: exactly one choice of “reading-one” has to be right; 0 are."),
    ],
)  # fmt: skip
def test_wrong_file_is_refused_with_its_name(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    write(tmp_path, MODULE.replace(old, new, 1))
    assert problem(tmp_path) == sentence


def test_header_that_is_not_yaml_names_its_line(tmp_path: Path) -> None:
    write(tmp_path, MODULE.replace("title: Reading", "title: Reading: a start"))
    assert problem(tmp_path).startswith("reading.md: Line 2: this can’t be read (")


def test_question_id_used_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, MODULE)
    write(tmp_path, MODULE.replace("slug: reading", "slug: more"), slug="more")
    assert problem(tmp_path) == "The question id “reading-one” is used twice in the library. Change one of them."


def test_playbook_has_its_responses_in_order() -> None:
    found = library.playbook("loss_of_control")
    assert found.title == "Loss of control"
    assert [response.title for response in found.responses][:2] == [
        "Name one decider for every step",
        "Make overruling as easy as accepting",
    ]
    assert all(response.body for response in found.responses)


@pytest.mark.parametrize("source", ["nothing", "../README", ""])
def test_unknown_playbook_is_refused(source: str) -> None:
    with pytest.raises(BadInput, match="The library has no playbook"):
        library.playbook(source)
