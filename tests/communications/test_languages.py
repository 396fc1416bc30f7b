"""Which text somebody gets by their language, and how languages are written and called."""

import pytest

from engagement.communications.texts.rules.languages import best_match, check_language, is_read_in
from engagement.errors import BadInput


@pytest.mark.parametrize(
    ("wanted", "offered", "found"),
    [
        ("pl", ["en", "pl"], "pl"),
        ("pt-BR", ["en", "pt", "pt-BR"], "pt-BR"),
        ("pt-BR", ["en", "pt"], "pt"),
        ("PT-br", ["pt-BR"], "pt-BR"),
        ("zh-Hant-TW", ["zh", "zh-Hant"], "zh-Hant"),
        ("pt-PT", ["en", "pt-BR"], None),
        ("en-US", ["en-US", "en"], "en-US"),
        ("pl", [], None),
    ],
)
def test_the_same_tag_is_taken_before_a_shorter_one(wanted: str, offered: list[str], found: str | None) -> None:
    assert best_match(wanted, offered) == found


def test_tags_are_written_as_usual_and_nonsense_is_refused() -> None:
    assert [check_language(tag) for tag in ("PL", " pt-br ", "zh-hant-tw")] == ["pl", "pt-BR", "zh-Hant-TW"]
    for nonsense in ("", "polish please", "p", "pl_PL", "pl-"):
        with pytest.raises(BadInput):
            check_language(nonsense)


def test_a_region_makes_no_other_language() -> None:
    assert is_read_in("en-GB", "en")
    assert not is_read_in("pl", "en")
