"""How a wave goes back to the way it was, written down before anybody needs it."""
