"""What every process forked for a test would otherwise do anew: imported once, by the process that they are forked from."""

import alembic.command
import flask.cli
import flask_migrate
import psycopg
from sqlalchemy.orm import configure_mappers

import engagement.app
from engagement.days.working_days import check_country
from engagement.letters import sort_key

assert (alembic.command, flask.cli, flask_migrate, psycopg, engagement.app)
configure_mappers()
# Reads the order of all letters, and the holidays of all countries.
sort_key("a")
check_country("GB-ENG")
