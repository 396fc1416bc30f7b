"""Changes of the stakeholder map, of private notes, and of who is a champion."""
