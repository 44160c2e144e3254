"""The models and the migrations say the same, and a migration is safe on a live table."""

import io
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.orm import RelationshipProperty

from cohort import rooms
from cohort.db import Base
from cohort.migrate import alembic_config
from tests.conftest import Platform

assert rooms.API  # every model is imported

NOT_OURS = {
    "prefer-bigint-over-int": "counts of hours, seats and versions stay small",
    "prefer-robust-stmts": "each migration is one transaction: it happens whole or not at all",
    "prefer-text-field": "a word of a list has a CHECK; 32 characters hold any that we would add",
}


async def test_the_models_are_what_the_migrations_build(platform: Platform) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with platform.sessions() as db:
        found = await (await db.connection()).run_sync(differences)
    assert found == []


def test_no_relationship_loads_behind_our_back() -> None:
    relationships = [one for mapper in Base.registry.mappers for one in mapper.relationships]
    assert relationships
    for relationship in relationships:
        assert isinstance(relationship, RelationshipProperty)
        assert relationship.lazy == "raise", relationship
        assert not relationship.back_populates, relationship


def test_every_foreign_key_can_be_followed_back_quickly() -> None:
    """Without an index, deleting or looking up by the other side reads the whole table."""
    assert [key for table in Base.metadata.sorted_tables for key in table.foreign_keys]
    for table in Base.metadata.sorted_tables:
        leading = {next(iter(index.columns)).name for index in table.indexes}
        leading |= {
            next(iter(one.columns)).name for one in table.constraints if list(one.columns)
        } - {fk.parent.name for fk in table.foreign_keys}
        leading |= {
            next(iter(one.columns)).name
            for one in table.constraints
            if type(one).__name__ in {"PrimaryKeyConstraint", "UniqueConstraint"}
        }
        for key in table.foreign_keys:
            assert key.parent.name in leading, f"{table.name}.{key.parent.name}"


@contextmanager
def sql_of_the_migrations(path: Path) -> Generator[Path]:
    written = io.StringIO()
    config = alembic_config("postgresql://")
    config.output_buffer = written
    command.upgrade(config, "head", sql=True)
    path.write_text(written.getvalue())
    yield path


def test_every_migration_is_safe_on_a_live_table(tmp_path: Path) -> None:
    with sql_of_the_migrations(tmp_path / "all.sql") as sql:
        checked = subprocess.run(
            [
                str(Path(sys.executable).with_name("squawk")),
                "--pg-version=15",
                f"--exclude={','.join(NOT_OURS)}",
                str(sql),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert checked.returncode == 0, checked.stdout
