"""Whether people work with what went live: numbers of use by person or team, counted for each wave."""
