"""The embedded servers start, keep what they were given, and never get in each other's way."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio

from cohort.local import home as server_home
from cohort.local import servers as embedded
from cohort.local.servers import CannotStart, Servers

HOLD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from cohort.local import servers
with servers.servers(Path(sys.argv[1]), durable=False):
    print("ready", flush=True)
    time.sleep(600)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="cohort-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


async def remember(servers: Servers, word: str) -> None:
    db = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    await db.execute("CREATE TABLE IF NOT EXISTS words (word text)")
    await db.execute("INSERT INTO words VALUES ($1)", word)
    await db.close()
    async with redis.asyncio.from_url(servers.redis_url) as queue:
        await queue.set("word", word)


async def recall(servers: Servers) -> tuple[list[str], bytes | None]:
    db = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    words = [row["word"] for row in await db.fetch("SELECT word FROM words")]
    await db.close()
    async with redis.asyncio.from_url(servers.redis_url) as queue:
        return words, await queue.get("word")


def servers_at_work_below(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "status", "cmdline"])
        if process.info["name"] in {"postgres", "redis-server"}
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and any(str(folder) in part for part in process.info["cmdline"] or [])
    ]


def wait_until_no_server_works_below(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while servers_at_work_below(folder):
        assert time.monotonic() < deadline, servers_at_work_below(folder)
        time.sleep(0.05)


def hold(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that keeps the servers of this folder open."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_KILLED, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "ready\n"
    return holder


def kill(holder: subprocess.Popen[str], how: signal.Signals = signal.SIGKILL) -> None:
    holder.send_signal(how)
    holder.communicate()


def test_what_was_stored_survives_a_restart(data_dir: Path) -> None:
    with embedded.servers(data_dir) as servers:
        asyncio.run(remember(servers, "lasting"))
    assert not servers_at_work_below(data_dir)

    with embedded.servers(data_dir) as servers:
        assert asyncio.run(recall(servers)) == (["lasting"], b"lasting")


def test_the_application_is_not_the_superuser_of_its_database(data_dir: Path) -> None:
    async def ask(url: str) -> tuple[str, str, str]:
        db = await asyncpg.connect(url.replace("+asyncpg", ""))
        row = await db.fetchrow(
            "SELECT rolsuper::text, current_setting('TimeZone'), current_setting('server_encoding')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        await db.close()
        return tuple(row)

    with embedded.servers(data_dir, durable=False) as servers:
        assert asyncio.run(ask(servers.database_url)) == ("false", "UTC", "UTF8")


def test_only_the_owner_may_reach_the_servers_and_their_files(data_dir: Path) -> None:
    with embedded.servers(data_dir, durable=False) as servers:
        sockets = Path(servers.redis_url.removeprefix("unix://")).parent
        private = [data_dir / "postgres", data_dir / "redis", sockets]
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in private] == [0o700] * 3
        assert stat.S_IMODE((data_dir / "postgres.log").stat().st_mode) == 0o600
        listening = [
            connection
            for process in servers_at_work_below(data_dir)
            for connection in process.net_connections("inet")
        ]
        assert listening == []


def test_killed_servers_leave_nothing_that_stops_the_next_start(data_dir: Path) -> None:
    with embedded.servers(data_dir) as servers:
        asyncio.run(remember(servers, "committed"))
        servers.postgres.kill()
        servers.redis.kill()
        assert (data_dir / "postgres" / "postmaster.pid").exists()
        assert servers.ended() is servers.postgres
        servers.postgres.start()
        servers.redis.start()
        assert servers.ended() is None
        words, _ = asyncio.run(recall(servers))
        assert words == ["committed"]


def test_servers_end_soon_after_the_process_that_opened_them_was_killed(data_dir: Path) -> None:
    holder = hold(data_dir)
    assert len(servers_at_work_below(data_dir)) >= 2
    kill(holder)
    wait_until_no_server_works_below(data_dir)


def test_the_next_start_need_not_wait_for_servers_whose_owner_was_killed(data_dir: Path) -> None:
    kill(hold(data_dir))
    with embedded.servers(data_dir) as servers:
        asyncio.run(remember(servers, "after the crash"))
    assert not servers_at_work_below(data_dir)


def test_a_server_that_outlived_its_watcher_is_stopped_by_the_next_start(data_dir: Path) -> None:
    holder = hold(data_dir)
    abandoned = servers_at_work_below(data_dir)
    for shell in psutil.Process(holder.pid).children(recursive=True):
        if shell.name() == "sh":
            shell.kill()
    kill(holder)
    assert servers_at_work_below(data_dir)

    with embedded.servers(data_dir):
        assert not {*abandoned} & {*servers_at_work_below(data_dir)}


def test_the_number_in_a_stale_lock_file_may_belong_to_a_stranger(data_dir: Path) -> None:
    with embedded.servers(data_dir):
        pass
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    (data_dir / "postgres/postmaster.pid").write_text(f"{stranger.pid}\n")
    (data_dir / "run/.s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
    with embedded.servers(data_dir):
        assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(data_dir: Path) -> None:
    with (
        embedded.servers(data_dir, durable=False),
        pytest.raises(CannotStart, match=rf"in use by process {os.getpid()}: stop that one first"),
        embedded.servers(data_dir),
    ):
        pass


def test_half_a_cluster_of_an_interrupted_start_is_made_anew(data_dir: Path) -> None:
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    data_dir.chmod(0o711)
    with embedded.servers(data_dir, durable=False) as servers:
        asyncio.run(remember(servers, "whole"))
        assert asyncio.run(recall(servers)) == (["whole"], b"whole")
    assert not (data_dir / "postgres.new").exists()


def test_a_database_of_another_version_is_refused_with_a_sentence(data_dir: Path) -> None:
    with embedded.servers(data_dir, durable=False):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match="made by PostgreSQL 17"), embedded.servers(data_dir):
        pass


def test_a_server_that_cannot_start_says_its_last_words(data_dir: Path) -> None:
    with embedded.servers(data_dir, durable=False):
        pass
    (data_dir / "postgres" / "postgresql.conf").write_text("max_connections = many\n")
    with (
        pytest.raises(CannotStart, match=r"PostgreSQL did not start: .*postgres\.log"),
        embedded.servers(data_dir),
    ):
        pass
    assert not servers_at_work_below(data_dir)


def test_a_data_folder_that_is_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="--data-dir"), embedded.servers(tmp_path / "file"):
        pass


def test_a_long_path_with_a_space_still_gets_its_sockets(data_dir: Path) -> None:
    deep = data_dir.parent / "a long name, as people have them" / ("x" * 100)
    with embedded.servers(deep, durable=False) as servers:
        asyncio.run(remember(servers, "deep"))
        sockets = Path(servers.redis_url.removeprefix("unix://")).parent
    assert not sockets.exists()


def test_throwaway_servers_leave_neither_process_nor_file() -> None:
    with embedded.throwaway() as servers:
        asyncio.run(remember(servers, "fleeting"))
        folder = servers.postgres.folder
    assert not folder.exists()
    assert not servers_at_work_below(folder)


@as_root
def test_a_private_folder_stays_private_and_the_files_go_where_it_points(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_home, "SAFE_PLACE", data_dir)
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    before = [path.stat().st_mode for path in private.parents]
    for word in ("first", "second"):
        with embedded.servers(private / "data") as servers:
            asyncio.run(remember(servers, word))
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert [path.stat().st_mode for path in private.parents] == before
    elsewhere = private / "data" / "servers"
    assert elsewhere.is_symlink()
    assert elsewhere.resolve().parent == data_dir.resolve()

    shutil.rmtree(elsewhere.resolve())
    with (
        pytest.raises(CannotStart, match="which is gone"),
        embedded.servers(private / "data"),
    ):
        pass


@as_root
def test_programs_out_of_reach_are_copied_and_not_opened(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_gets_to_site_packages(path: Path) -> bool:
        return "site-packages" not in path.parts

    monkeypatch.setattr(server_home, "is_within_reach", nobody_gets_to_site_packages)
    with embedded.servers(data_dir, durable=False) as servers:
        asyncio.run(remember(servers, "copied"))
        assert servers.postgres.command[0].startswith(str(data_dir.resolve()))
