"""A sign-in keeps its address in its own row; a sign-in whose person came back waits for an administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STAND_IN = "UPDATE account SET email = 'formerly-' || CAST(id AS VARCHAR(20)) || '@invalid' WHERE "
#: Until now people signed in with the address that the directory has for them; this is what their sign-ins get. One of a leaver,
#: or of somebody outside the directory, gives way: nobody could sign in with it any more.
STEPS = (
    f"{_STAND_IN} person_id IN (SELECT id FROM person WHERE left_at IS NOT NULL) "
    "AND email IN (SELECT email FROM person WHERE left_at IS NULL AND email IS NOT NULL)",
    f"{_STAND_IN} person_id IS NULL AND email IN (SELECT person.email FROM person "
    "JOIN account AS own ON own.person_id = person.id WHERE person.left_at IS NULL AND person.email IS NOT NULL)",
    f"{_STAND_IN} EXISTS (SELECT 1 FROM person "
    "WHERE person.id = account.person_id AND person.left_at IS NULL AND person.email <> account.email)",
    "UPDATE account SET email = (SELECT email FROM person WHERE person.id = account.person_id) WHERE EXISTS (SELECT 1 FROM person "
    "WHERE person.id = account.person_id AND person.left_at IS NULL AND person.email IS NOT NULL AND person.email <> account.email)",
)


def upgrade() -> None:
    op.add_column("account", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
