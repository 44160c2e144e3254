"""Write a migration from what the models say and the migrations do not: `make migration NAME=…`."""

import sys

from alembic import command

import cohort.rooms  # noqa: F401  (every model, to compare with)
from cohort.local import servers as embedded
from cohort.migrate import alembic_config


def main(name: str) -> None:
    if not name:
        sys.exit('Say what the migration does: make migration NAME="Let mentors pause".')
    with embedded.throwaway() as servers:
        config = alembic_config(servers.database_url)
        command.upgrade(config, "head")
        command.revision(config, name, autogenerate=True)


main(" ".join(sys.argv[1:]))
