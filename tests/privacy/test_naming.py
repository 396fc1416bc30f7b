"""How names and addresses are found in texts, whoever wrote them and however."""

import unicodedata

import pytest

from engagement.privacy.rules.naming import Wording, replaced

NAME = Wording.of_name("Zdenka O'Zorgan")
ADDRESS = Wording.of_address("zdenka.zorgan@example.com")


@pytest.mark.parametrize(
    "text",
    [
        "Zdenka O'Zorgan",
        "zdenka o'zorgan",
        "ZDENKA O'ZORGAN",
        "Zdenka O’Zorgan",
        "Zdenka\nO'Zorgan",
        "Zdenka  \t O'Zorgan",
        "Zdenka\u00a0O'Zorgan",
        "Zdenka\n> O'Zorgan",
        "Zdenka&nbsp;O&#39;Zorgan",
        "O'Zorgan, Zdenka",
        "O’ZORGAN,Zdenka",
    ],
)
@pytest.mark.parametrize("around", ["{}", "_{}_", "**{}**", "said {}.", "d'{}", "-{}", "{}'s view", "({})"])
def test_a_name_is_found_however_it_is_written(text: str, around: str):
    assert replaced(around.format(text), [NAME], "X") == around.format("X")


@pytest.mark.parametrize(
    "text", ["Azdenka O'Zorgan", "Zdenka O'Zorgana", "Zdenka O'Zorgan-Smith", "Anna-Zdenka O'Zorgan", "Zdenka Zorgan"]
)
def test_a_longer_or_other_name_is_somebody_elses(text: str):
    assert replaced(text, [NAME], "X") == text


@pytest.mark.parametrize("text", ["zdenka.zorgan@example.com", "Zdenka.Zorgan@Example.COM"])
@pytest.mark.parametrize("around", ["{}", "<{}>", "mailto:{}", "_{}_", "{}.", "Write to {}, please"])
def test_an_address_is_found_in_any_case(text: str, around: str):
    assert replaced(around.format(text), [ADDRESS], "X") == around.format("X")


@pytest.mark.parametrize(
    "text",
    ["anna.zdenka.zorgan@example.com", "a_zdenka.zorgan@example.com", "zdenka.zorgan@example.com.pl"],
)
def test_a_longer_address_is_somebody_elses(text: str):
    assert replaced(text, [ADDRESS], "X") == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zofia Żółkowska", unicodedata.normalize("NFD", "zofia żółkowska")),
        (unicodedata.normalize("NFD", "Zoë Brontë"), "ZOË BRONTË"),
        ("Jürgen Weiß", "JÜRGEN WEISS"),
        ("山田 太郎", "太郎, 山田"),
        ("Anna van der Berg", "van der Berg, Anna"),
    ],
)
def test_letters_beyond_ascii_are_found_in_every_form(name: str, text: str):
    assert replaced(f"Ask {text}!", [Wording.of_name(name)], "X") == "Ask X!"


def test_a_single_word_is_found_only_as_it_is_written():
    assert replaced("Grace fell from grace", [Wording.of_name("Grace")], "X") == "X fell from grace"
    assert [Wording.of_name(name).is_plain for name in ("Grace", "Bo", "Bo L")] == [True, False, True]
