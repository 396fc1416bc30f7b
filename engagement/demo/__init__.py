"""The demonstration: an invented insurer's programme, played day by day with the rooms' own actions."""

from engagement.demo.loading import accounts, database_is_empty, is_loaded, load

__all__ = ["accounts", "database_is_empty", "is_loaded", "load"]
