"""Audiences whose people are in a wave: who joins the audience joins the wave, until it is over."""
