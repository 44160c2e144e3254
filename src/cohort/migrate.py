"""The database's shape: where the migrations are, and how far a database is."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from cohort.settings import Settings, shipped


def alembic_config(database_url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


@cache
def head() -> str:
    """The newest migration that this code knows."""
    found = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if found is None:
        raise RuntimeError("There are no migrations beside the code.")
    return found


def upgrade(settings: Settings) -> None:
    """Bring the database to this code's shape; several processes may try at once."""
    command.upgrade(alembic_config(settings.database_url), "head")
