"""Delivery in working hours, texts in several languages, and confirmations of having read a message."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# That somebody confirmed, and when, is never changed or taken back.
SQLITE_GUARDS = (
    "CREATE TRIGGER acknowledgement_kept BEFORE DELETE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'confirmations are only added'); END",
    "CREATE TRIGGER acknowledgement_fixed BEFORE UPDATE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'confirmations are only added'); END",
)
POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION refuse_acknowledgement_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'confirmations are only added'; END $$",
    "CREATE TRIGGER acknowledgement_kept BEFORE DELETE OR UPDATE ON acknowledgement FOR EACH ROW EXECUTE FUNCTION refuse_acknowledgement_change()",
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("language", sa.String(length=35), nullable=False, server_default="en"))
        batch_op.add_column(sa.Column("asks_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_translation_mailing_id_mailing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("mailing_id", "language", name=op.f("uq_translation_mailing_id_language")),
    )
    # One statement on both engines: Alembic's batch mode would copy the largest table of all.
    op.execute(
        "ALTER TABLE delivery ADD COLUMN translation_id INTEGER "
        "CONSTRAINT fk_delivery_translation_id_translation REFERENCES translation (id)"
    )
    op.create_table(
        "acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_acknowledgement_mailing_id_mailing")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_acknowledgement_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgement")),
        sa.UniqueConstraint("mailing_id", "person_id", name=op.f("uq_acknowledgement_mailing_id_person_id")),
    )
    op.create_index("ix_acknowledgement_person", "acknowledgement", ["person_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("of_mailing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_reminder_counts_from_one")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_reminder_mailing_id_mailing")),
        sa.ForeignKeyConstraint(["of_mailing_id"], ["mailing.id"], name=op.f("fk_reminder_of_mailing_id_mailing")),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("of_mailing_id", "number", name=op.f("uq_reminder_of_mailing_id_number")),
    )
    # What was planned before goes out as it did: to everybody at once. Whoever plans can change that.
    with op.batch_alter_table("communication", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_working_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("asks_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("remind_after_days", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("remind_times", sa.Integer(), nullable=False, server_default="2"))
        batch_op.add_column(sa.Column("language", sa.String(length=35), nullable=True))
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "occurrence_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_occurrence_text_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence_text")),
        sa.UniqueConstraint("occurrence_id", "language", name=op.f("uq_occurrence_text_occurrence_id_language")),
    )
    for statement in POSTGRESQL_GUARDS if is_postgresql else SQLITE_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("Going back would lose who confirmed what; restore the backup made before the upgrade instead.")
