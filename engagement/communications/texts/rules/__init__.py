"""How a text is read and rendered, as pure functions over what was typed."""
