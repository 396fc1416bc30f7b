"""From bytes to rows of people and the problems in them; without a database."""
