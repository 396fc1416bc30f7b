"""What every process forked for a test would otherwise do anew: imported once, by the process that they are forked from."""

import alembic.command  # noqa: F401
import flask.cli  # noqa: F401
import flask_migrate  # noqa: F401
import psycopg  # noqa: F401
from sqlalchemy.orm import configure_mappers

import engagement.app
import engagement.commands  # noqa: F401
from engagement.days.working_days import check_country
from engagement.letters import sort_key

configure_mappers()
# Reads where the letters stand in their order, and the holidays of the country that most tests are in.
sort_key("a")
check_country("GB-ENG")
