"""Wiring: what cohort needs from its surroundings, checked one by one."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from cohort.local.home import CannotStart, programs
from cohort.migrate import head
from cohort.settings import Settings

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 14
ENOUGH_DISK = 1_000_000_000
PATIENCE = 5


@dataclass(frozen=True)
class Finding:
    verdict: Literal["ok", "warn", "fail"]
    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.verdict:<4}  {self.subject:<10}  {self.sentence}"


def ok(subject: str, sentence: str) -> Finding:
    return Finding("ok", subject, sentence)


def warn(subject: str, sentence: str) -> Finding:
    return Finding("warn", subject, sentence)


def fail(subject: str, sentence: str) -> Finding:
    return Finding("fail", subject, sentence)


def examine(data_dir: Path) -> list[Finding]:
    return [
        check_python(sys.version_info[:3]),
        check_time_zones(),
        check_disk(data_dir),
        *check_servers(),
    ]


def check_python(version: tuple[int, ...]) -> Finding:
    found = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return fail("Python", f"{found} is too old: install Python 3.11 or newer.")
    return ok("Python", found)


def check_time_zones() -> Finding:
    try:
        ZoneInfo("Pacific/Auckland")
    except ZoneInfoNotFoundError:
        return fail("time zones", "their data is missing: install the package tzdata.")
    return ok("time zones", "their data is there")


def check_disk(data_dir: Path) -> Finding:
    folder = next(
        step for step in (data_dir.resolve(), *data_dir.resolve().parents) if step.exists()
    )
    free = shutil.disk_usage(folder).free
    if free < ENOUGH_DISK:
        return warn("disk", f"{free // 1_000_000} MB are free below {folder}: make room.")
    return ok("disk", f"{free // 1_000_000_000} GB are free below {folder}")


def check_servers() -> Iterator[Finding]:
    """The servers that the environment names; else the embedded ones, which `cohort up` starts."""
    if not {"COHORT_DATABASE_URL", "COHORT_REDIS_URL"} & os.environ.keys():
        yield check_embedded()
        return
    settings = Settings()
    yield ok("settings", f"people reach us at {settings.public_url}")
    yield from asyncio.run(check_postgres(settings))
    yield asyncio.run(check_redis(settings))
    yield check_mail(settings)


def check_embedded() -> Finding:
    try:
        programs()
    except CannotStart as error:
        return fail("servers", str(error))
    return ok("servers", "COHORT_DATABASE_URL is not set: `cohort up` runs the embedded ones")


async def check_postgres(settings: Settings) -> list[Finding]:
    try:
        db = await asyncpg.connect(
            settings.database_url.replace("+asyncpg", "", 1), timeout=PATIENCE
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = reason_of(error)
        return [fail("PostgreSQL", f"does not let us in ({reason}): see COHORT_DATABASE_URL.")]
    try:
        major = db.get_server_version().major
        if major < OLDEST_POSTGRES:
            return [fail("PostgreSQL", f"{major} is too old: install {OLDEST_POSTGRES} or newer.")]
        return [ok("PostgreSQL", f"{major} answers"), await check_migrations(db)]
    finally:
        await db.close()


async def check_migrations(db: asyncpg.Connection) -> Finding:
    try:
        found = await db.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        found = None
    if found != head():
        return fail("migrations", f"the database is at {found or 'nothing'}: run `cohort migrate`.")
    return ok("migrations", f"the database is at {found}, the newest")


async def check_redis(settings: Settings) -> Finding:
    try:
        async with redis.asyncio.from_url(  # type: ignore[no-untyped-call]
            settings.redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
        ) as queue:
            version = (await queue.info("server"))["redis_version"]
    except (OSError, RedisError) as error:
        return fail("Redis", f"does not answer ({reason_of(error)}): see COHORT_REDIS_URL.")
    return ok("Redis", f"{version} answers")


def check_mail(settings: Settings) -> Finding:
    if settings.smtp_url:
        return ok("mail", "goes through the server in COHORT_SMTP_URL")
    if settings.development:
        return ok("mail", "is kept for the mailbox page (COHORT_DEVELOPMENT)")
    return fail("mail", "no one would get any: set COHORT_SMTP_URL.")


def reason_of(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
