"""Addresses whose domain was kept in ASCII (xn--…) get it in letters, which files, forms and sign-ins look for now."""

import sqlalchemy as sa
from alembic import op

from engagement.addresses import kept_form

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("person", "account"):
        table = sa.table(name, sa.column("id"), sa.column("email"))
        encoded = sa.select(table.c.id, table.c.email).where(table.c.email.contains("xn--"))
        for key, email in connection.execute(encoded).all():
            # Where both spellings were somebody, both stay, for somebody to decide who is who.
            taken = sa.select(table.c.id).where(table.c.email == kept_form(email))
            if connection.execute(taken).first() is None:
                connection.execute(sa.update(table).where(table.c.id == key).values(email=kept_form(email)))


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
