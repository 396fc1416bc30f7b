"""How a document is drawn, as pure functions of it."""
