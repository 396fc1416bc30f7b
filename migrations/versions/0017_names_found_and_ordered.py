"""What people, departments and stakeholders are found by and ordered by, stored for everybody who is there already."""

import sqlalchemy as sa
from alembic import op

from engagement.db import sorting
from engagement.letters import sort_key
from engagement.people.rules import path_key, person_keys

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BATCH = 1_000
NAMED_BY = ("name", "first_name", "last_name", "email", "employee_id")


def upgrade() -> None:
    op.drop_index("ix_person_listed", "person")
    for table in ("person", "department", "stakeholder", "staged_person"):
        op.add_column(table, sa.Column("sorted_by", sorting(), nullable=False, server_default=""))
    _fill("person", ["id"], NAMED_BY, person_keys, sa.text("erased_at IS NULL"))
    _fill("staged_person", ["run_id", "line"], NAMED_BY, person_keys)
    _fill("department", ["id"], ["path"], lambda path: {"sorted_by": path_key(path)})
    _fill("stakeholder", ["id"], ["name"], lambda name: {"sorted_by": sort_key(name)})
    op.create_index("ix_person_listed", "person", ["sorted_by", "id"])


def _fill(name, key, named_by, keys_of, which=sa.true()):
    columns = [*key, *named_by, "sorted_by", *(["searched_by"] if "person" in name else [])]
    table = sa.table(name, *map(sa.column, columns))
    connection = op.get_bind()
    rows = connection.execute(sa.select(*(table.c[column] for column in [*key, *named_by])).where(which)).all()
    same = [table.c[column] == sa.bindparam(f"the_{column}") for column in key]
    for start in range(0, len(rows), BATCH):
        some = [
            {f"the_{column}": row[place] for place, column in enumerate(key)} | keys_of(*row[len(key) :])
            for row in rows[start : start + BATCH]
        ]
        values = {column: sa.bindparam(column) for column in some[0] if not column.startswith("the_")}
        connection.execute(sa.update(table).where(*same).values(values), some)


def downgrade() -> None:
    raise RuntimeError("Going back is not built; restore the backup made before the upgrade instead.")
