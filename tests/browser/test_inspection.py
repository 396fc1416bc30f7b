"""The inspection itself: what is wrong with a page is found, so that silence means that nothing is."""

import pytest

_SPOIL = """() => {
  const main = document.querySelector('main');
  const add = (tag, css, text) => Object.assign(main.appendChild(document.createElement(tag)),
    {textContent: text}).style.setProperty(...css);
  add('div', ['width', '2000px'], 'Wider than any screen');
  add('p', ['color', 'rgb(200, 200, 200)'], 'Hardly to be read');
  add('h1', ['margin', '0'], 'A second one');
  main.appendChild(document.createElement('img')).src = 'https://example.com/beacon.gif';
  main.appendChild(document.createElement('script')).textContent = 'window.wasRun = true';
}"""


def test_everything_wrong_is_found(live, window):
    """A page is spoiled in five ways; the policy keeps the script and the picture out and says so."""
    visitor = window()
    visitor.open("/login")
    with visitor.page.expect_console_message(lambda message: "script" in message.text):
        visitor.page.evaluate(_SPOIL)
    assert visitor.page.evaluate("window.wasRun") is None
    with pytest.raises(AssertionError) as caught:
        visitor.see()
    said = str(caught.value)
    for fault in (
        "axe: color-contrast",
        "axe: image-alt",
        "at 320 px too wide",
        "at 1280 px too wide",
        "2 headings of the first level",
        "beacon.gif",
        "script-src",
    ):
        assert fault in said


def test_an_answer_that_failed_is_found(live, window):
    """A page that is not there is a fault of whoever led there."""
    visitor = window()
    with pytest.raises(AssertionError, match="404 for GET"):
        visitor.open("/nowhere")
