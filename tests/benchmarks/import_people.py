"""Measures an import of people against a bare COPY, a plain insert and a bare upsert of the same rows, in one run.

    python tests/benchmarks/import_people.py --rows 100000 --engine postgresql

The import is the whole of it: parsed, checked, compared, previewed, applied with audit, committed. The yardsticks write
the rows of the file into a table with the indexes that the directory needs to find a person, and into one without any. A
last one writes every row that the import leaves (people, their roles, the run's changes, the audit) into copies of
those tables, from dictionaries that stand ready. Before anything is measured, a few people are imported and rolled back,
because the service that imports has been running for a while.
"""

import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent), str(HERE.parent / "intake")]

from hr_files import HEADER, make_people  # noqa: E402
from shared.grounds import database, timed  # noqa: E402
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, insert, select, text  # noqa: E402

from engagement.app import create_app  # noqa: E402
from engagement.audit import Actor, AuditEntry  # noqa: E402
from engagement.db import Base, db, insert_new  # noqa: E402
from engagement.intake.actions.importing import Asked, import_people  # noqa: E402
from engagement.intake.models import ImportChange, ImportRun  # noqa: E402
from engagement.people.models import Person, PersonRole  # noqa: E402
from engagement.settings import Settings  # noqa: E402

BENCH = Actor(None, "The benchmark")
_metadata = MetaData()


def _yardstick(name: str, *indexes: Index) -> Table:
    return Table(
        name, _metadata, Column("id", Integer, primary_key=True), *(Column(h, String) for h in HEADER), *indexes
    )


PLAIN = _yardstick("yardstick_plain")
INDEXED = _yardstick(
    "yardstick_indexed",
    Index("uq_yardstick_number", "employee_id", unique=True),
    Index("uq_yardstick_email", "email", unique=True),
    Index("ix_yardstick_listed", "last_name", "first_name", "id"),
    Index("ix_yardstick_manager", "manager_email"),
    Index("ix_yardstick_department", "department", "end_date"),
)


def write_file(path: Path, rows: int, changed: float = 0) -> None:
    """Write an HR file; `changed` is the share of people with another job title."""
    people = make_people(rows, 1)
    for person in people[:: round(1 / changed)] if changed else []:
        person["job_title"] = "Coordinator"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, HEADER)
        writer.writeheader()
        writer.writerows(people)


def bring_in(path: Path) -> dict[str, int]:
    import_people(path, Asked(), by=BENCH, say=lambda _line: None, progress=_progress)
    db.session.commit()
    run = db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()
    assert run.is_applied, run
    return run.counts


def warm_up(folder: Path) -> None:
    path = folder / "few.csv"
    write_file(path, 100)
    import_people(path, Asked(), by=BENCH, say=lambda _line: None)
    db.session.rollback()


_last = [time.perf_counter()]


def _progress(doing: str, _share: float) -> None:
    if "BENCH_STEPS" in os.environ and not doing.endswith("read"):
        print(f"    {time.perf_counter() - _last[0]:6.2f} s until “{doing}”")
        _last[0] = time.perf_counter()


def copy_rows(path: Path, table: Table) -> None:
    """The csv module feeding COPY."""
    connection = db.session.connection().connection.driver_connection
    with path.open(newline="", encoding="utf-8") as file, connection.cursor() as cursor:
        rows = csv.reader(file)
        with cursor.copy(f"COPY {table.name} ({', '.join(next(rows))}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    db.session.commit()


def insert_rows(path: Path, table: Table) -> None:
    """The csv module feeding one SQLAlchemy Core insert."""
    with path.open(newline="", encoding="utf-8") as file:
        db.session.execute(insert(table), list(csv.DictReader(file)))
    db.session.commit()


def left_rows() -> dict[Table, list[dict[str, Any]]]:
    """Every row that imports left, by a copy of its table with the same indexes, but no foreign keys."""
    found = {}
    for model in (Person, PersonRole, ImportChange, AuditEntry):
        table = model.__table__.to_metadata(Base.metadata, name=f"yardstick_{model.__tablename__}")
        table.constraints.difference_update(table.foreign_key_constraints)
        for named in table.indexes | table.constraints:
            named.name = f"yardstick_{named.name}" if named.name else None
        found[table] = [dict(row) for row in db.session.execute(select(model.__table__)).mappings()]
    db.session.rollback()
    return found


def insert_all(rows: dict[Table, list[dict[str, Any]]]) -> None:
    """One SQLAlchemy Core insert for each table."""
    for table, its_rows in rows.items():
        db.session.execute(insert(table), its_rows)
    db.session.commit()


def upsert_rows(path: Path, table: Table) -> None:
    """The csv module feeding one INSERT … ON CONFLICT DO UPDATE."""
    statement = insert_new(table)
    sets = {name: statement.excluded[name] for name in HEADER if name != "employee_id"}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    db.session.execute(statement.on_conflict_do_update(index_elements=["employee_id"], set_=sets), rows)
    db.session.commit()


def empty(table: Table) -> None:
    db.session.execute(text(f"DELETE FROM {table.name}"))
    db.session.commit()


def measure(rows: int, url: str, only_import: bool) -> None:
    """Run everything once, and print it."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-bench-file-"))
    first, nightly = folder / "first.csv", folder / "nightly.csv"
    for path, changed in ((first, 0.0), (nightly, 0.01)):  # elsewhere, so that making them does not count as memory
        subprocess.run(
            [sys.executable, __file__, "--write", str(path), "--changed", str(changed), "--rows", str(rows)], check=True
        )
    app = create_app(Settings(_env_file=None, database_url=url, secret_key="s" * 40, instance_path=str(folder)))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        warm_up(folder)
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _last[0] = time.perf_counter()
        imported = timed(lambda: bring_in(first))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"import of {rows:,}: {imported:.2f} s (100,000 within 15 s), {rows / imported:,.0f} rows/s;"
            f" memory {base:.0f} MB before, peak {peak:.0f} MB"
        )
        if only_import:
            return
        left = left_rows()
        for metadata in (_metadata, Base.metadata):
            metadata.create_all(db.engine)
        if db.engine.dialect.name == "postgresql":
            for table in (PLAIN, INDEXED):
                taken = timed(lambda t=table: copy_rows(first, t))
                aim = " (≥ 0.08)" if table is INDEXED else ""
                print(
                    f"  COPY into {table.name}: {taken:.2f} s; the import has {taken / imported:.2f} of its pace{aim}"
                )
                empty(table)
        for table in (PLAIN, INDEXED):
            taken = timed(lambda t=table: insert_rows(first, t))
            print(f"  Core insert into {table.name}: {taken:.2f} s; the import has {taken / imported:.2f} of its pace")
        taken = timed(lambda: insert_all(left))
        print(
            f"  Core insert of the {sum(map(len, left.values())):,} rows that it leaves: {taken:.2f} s;"
            f" the import has {taken / imported:.2f} of its pace"
        )
        left.clear()
        _last[0] = time.perf_counter()
        again = timed(lambda: bring_in(nightly))
        upserted = timed(lambda: upsert_rows(nightly, INDEXED))
        print(
            f"nightly file, 1 % changed: {again:.2f} s; upsert {upserted:.2f} s; {upserted / again:.2f} of its pace (≥ 0.4)"
        )
        assert bring_in(nightly)["unchanged"] == rows
    shutil.rmtree(folder)


def compare_sizes(rows: int, engine: str) -> None:
    """Import a tenth of the rows and all of them, each in a process of its own."""
    command = [sys.executable, __file__, "--engine", engine, "--only-import", "--rows"]
    for size in (rows // 10, rows):
        out = subprocess.run([*command, str(size)], check=True, capture_output=True, text=True)
        print(out.stdout.strip())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--only-import", action="store_true")
    parser.add_argument("--sizes", action="store_true", help="compare a tenth of the rows with all of them")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--changed", type=float, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write_file(asked.write, asked.rows, asked.changed)
    elif asked.sizes:
        compare_sizes(asked.rows, asked.engine)
    else:
        with database(asked.engine) as address:
            measure(asked.rows, address, asked.only_import)
