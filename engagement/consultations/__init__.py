"""Bodies that speak for people, and what they were asked, told and answered about each wave."""
