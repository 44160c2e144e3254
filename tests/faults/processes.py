"""Where programs of ours listen, and the environment that they get."""

import os
import socket

from cohort.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COHORT_")}
    return clean | {
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_LOG_LEVEL": "ERROR",
    }
