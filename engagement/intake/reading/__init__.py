"""From bytes to rows of people and the problems in them; knows no database."""
