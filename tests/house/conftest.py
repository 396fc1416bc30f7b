"""Databases that migrations make, on both engines."""

import pytest
from sqlalchemy import create_engine, make_url, text

from engagement import commands
from engagement.app import create_app
from engagement.db import db
from engagement.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An application on a database with nothing in it."""
    url = f"sqlite:///{tmp_path / 'migrated.db'}"
    if request.param == "postgresql":
        server = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migrated"))
            connection.execute(text("CREATE DATABASE migrated"))
        url = server.set(database="migrated").render_as_string(hide_password=False)
    app = create_app(Settings(_env_file=None, database_url=url, secret_key="x" * 40, instance_path=str(tmp_path)))
    commands.register(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
