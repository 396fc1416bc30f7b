"""The lines of courses' paragraphs joined: they stood as they were broken in files, and line ends are shown since."""

import sqlalchemy as sa
from alembic import op

from engagement.content.commonmark import unwrapped
from engagement.errors import BadInput

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MODULE = sa.table("module", sa.column("id", sa.Integer()), sa.column("body", sa.Text()))


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(MODULE)).all():
        connection.execute(sa.update(MODULE).where(MODULE.c.id == row.id).values(body=_joined(row.body)))


def _joined(body: str) -> str:
    try:
        return unwrapped(body)
    except BadInput:
        return body


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
