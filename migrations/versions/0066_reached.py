"""Kept numbers of what criteria count of the people of waves; the triggers that mark whom a change concerns come with 0074."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_NUMBERS = ("briefed", "to_confirm", "confirmed", "to_understand", "understood", "told")


def upgrade() -> None:
    op.create_index("ix_membership_wave", "membership", ["wave_id", "person_id"])
    for table in ("tally", "tally_share"):
        for number in _NUMBERS:
            op.add_column(table, sa.Column(number, sa.Integer(), server_default="0", nullable=False))
    # As when numbers were first kept: until these are counted, pages count by themselves. Nobody counts before all steps are done, so
    # that whatever a step before 0074 changes is counted too.
    op.execute("INSERT INTO tally_mark (person_id) SELECT DISTINCT person_id FROM membership WHERE ended_at IS NULL")


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
