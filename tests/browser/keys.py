"""Keys instead of a mouse: reaching things with Tab, with the eye able to follow, and signing in so."""

from factories import PASSWORD

_HAS_OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
}"""
MOST_STEPS = 120


def tab_to(page, selector, key="Tab"):
    """Press Tab until the element has the focus; on the way, everything that has it shows it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        assert page.evaluate(_HAS_OUTLINE), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with {key}")


def sign_in(visitor, email):
    page = visitor.page
    page.goto(visitor.url + "/login")
    tab_to(page, "#email")
    page.keyboard.type(email)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visitor.see(widths=())
