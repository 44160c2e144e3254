"""The real PostgreSQL and Redis that ship as wheels, run on one folder while `servers` is open.

Both listen on a Unix socket in a folder that only their account may enter, and on no network port.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from cohort.local.child import Child
from cohort.local.home import CannotStart, ServerHome, is_within_reach, settle

__all__ = ["CannotStart", "Server", "Servers", "servers", "throwaway"]

POSTGRES_MAJOR = "18"
START_PATIENCE = 60.0
STOP_PATIENCE = 10.0
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}

FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class Server:
    """One server, which tests may also stop, kill and start again while `servers` is open."""

    name: str
    program: str
    command: list[str]
    folder: Path
    lock_files: tuple[Path, ...]
    stop_signal: signal.Signals
    home: ServerHome
    is_ready: Callable[[], bool]
    child: Child | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def start(self) -> None:
        self._clear_leftovers()
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        with self.log.open("wb") as log:
            self.child = Child(
                self.command,
                stop_signal=self.stop_signal,
                output=log,
                account=self.home.account,
                environment=ENVIRONMENT,
                folder=self.folder,
            )
        deadline = time.monotonic() + START_PATIENCE
        while not self.is_ready():
            if self.child.has_ended() or time.monotonic() > deadline:
                self.child.kill()
                raise CannotStart(f"{self.name} did not start: {last_line(self.log)} ({self.log}).")
            time.sleep(0.01)

    def is_running(self) -> bool:
        return self.child is not None and not self.child.has_ended()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(patience=STOP_PATIENCE)

    def kill(self) -> None:
        """As a power cut would: nothing is flushed, lock and socket files stay behind."""
        if self.child is not None:
            self.child.kill()

    def _clear_leftovers(self) -> None:
        """End what an earlier, killed run left behind, and remove its lock files.

        The number in a lock file may by now belong to a stranger, or to a dead process that nobody
        collects, so what counts is the name of a process and the folder that it works in.
        """
        leftovers = [p for p in psutil.process_iter() if self._is_ours(p)]
        for process in leftovers:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(self.stop_signal)
        deadline = time.monotonic() + STOP_PATIENCE
        while leftovers := [p for p in leftovers if self._is_ours(p)]:
            if time.monotonic() > deadline:
                for process in leftovers:
                    process.kill()
            time.sleep(0.02)
        for lock in self.lock_files:
            lock.unlink(missing_ok=True)

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.name() == self.program and Path(process.cwd()) == self.folder
        return False


@dataclass(frozen=True)
class Servers:
    postgres: Server
    redis: Server
    database_url: str
    redis_url: str

    def ended(self) -> Server | None:
        return next((s for s in (self.postgres, self.redis) if not s.is_running()), None)


@contextmanager
def servers(data_dir: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Run both servers on the files in `data_dir` until the block ends.

    `durable=False` is for tests: a commit no longer waits for the disk.
    Raises CannotStart, also when the folder is in use by another process.
    """
    with _locked(data_dir):
        home = settle(data_dir)
        database, queue = _postgres(home, durable=durable), _redis(home)
        started: list[Server] = []
        try:
            for server in (database, queue):
                started.append(server)
                server.start()
            yield Servers(
                postgres=database,
                redis=queue,
                database_url=f"postgresql+asyncpg://cohort@/cohort?host={home.sockets}",
                redis_url=f"unix://{home.sockets}/redis.sock",
            )
        finally:
            for server in reversed(started):
                server.stop()
            if home.sockets.parent != home.folder:
                shutil.rmtree(home.sockets, ignore_errors=True)


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Servers]:
    """Empty servers for a test run, in a temporary folder that goes away with them.

    Not durable, unless a test kills them: then a commit must survive as it does for users.
    """
    as_root = os.geteuid() == 0
    closed = as_root and not is_within_reach(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix="cohort-", dir="/tmp" if closed else None) as folder:  # noqa: S108
        if as_root:
            Path(folder).chmod(0o711)
        with servers(Path(folder), durable=durable) as running:
            yield running


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold the folder's lock. The system lets go of it when we die, however we die."""
    try:
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as error:
        raise CannotStart(
            f"The data folder {data_dir} cannot be used ({error.strerror}):"
            " choose another one with --data-dir."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"The data folder {data_dir} is in use by process {lock.read().strip()}:"
                " stop that one first, or choose another folder with --data-dir."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _postgres(home: ServerHome, *, durable: bool) -> Server:
    cluster = home.folder / "postgres"
    if not cluster.exists():
        _create_cluster(home, cluster, durable=durable)
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != POSTGRES_MAJOR:
        raise CannotStart(
            f"The database in {cluster} was made by PostgreSQL {made_by}, and this is"
            f" {POSTGRES_MAJOR}: dump it with the version that made it, move the folder away,"
            " and restore the dump."
        )
    options = [
        "listen_addresses=",
        f"unix_socket_directories={home.sockets}",
        "unix_socket_permissions=0700",
        "log_error_verbosity=terse",  # the detail of an error quotes what people entered
        *([] if durable else FORGETFUL),
    ]
    pid_file = cluster / "postmaster.pid"
    return Server(
        name="PostgreSQL",
        program="postgres",
        command=[
            str(home.postgres_programs / "postgres"),
            *("-D", str(cluster)),
            *(part for option in options for part in ("-c", option)),
        ],
        folder=cluster,
        lock_files=(pid_file, home.sockets / ".s.PGSQL.5432.lock"),
        stop_signal=signal.SIGINT,  # ends the connections instead of waiting for them
        home=home,
        is_ready=lambda: pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"),
    )


def _create_cluster(home: ServerHome, cluster: Path, *, durable: bool) -> None:
    """Make the cluster under another name and rename it when whole: no half cluster is used."""
    unfinished = cluster.with_name("postgres.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    home.make_private(unfinished)
    _run(
        home,
        "initdb",
        *("-D", str(unfinished), "--username=postgres", "--auth-local=trust", "--auth-host=reject"),
        *(
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ),
        *("--no-instructions", "--set=timezone=UTC", "--set=log_timezone=UTC"),
        *(() if durable else ("--no-sync",)),
    )
    _run(
        home,
        "postgres",
        *("--single", "-j", "-D", str(unfinished), "postgres"),
        statements=("CREATE ROLE cohort LOGIN CREATEDB", "CREATE DATABASE cohort OWNER cohort"),
    )
    unfinished.rename(cluster)


def _run(home: ServerHome, program: str, *arguments: str, statements: tuple[str, ...] = ()) -> None:
    result = subprocess.run(  # noqa: S603  the programs are our own
        [str(home.postgres_programs / program), *arguments],
        input="".join(f"{statement};\n\n" for statement in statements),
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        cwd=home.folder,
        umask=0o077,
        **(home.account.popen_options() if home.account else {}),
    )
    if result.returncode != 0 or "ERROR:" in result.stderr:
        raise CannotStart(f"PostgreSQL's {program} failed: {result.stderr.strip()}")


def _redis(home: ServerHome) -> Server:
    folder = home.make_private(home.folder / "redis")
    sock = home.sockets / "redis.sock"
    return Server(
        name="Redis",
        program="redis-server",
        command=[
            str(home.redis_program),
            *("--port", "0", "--unixsocket", str(sock), "--unixsocketperm", "700"),
            *("--dir", str(folder)),
            *("--save", "60", "1", "--appendonly", "no"),
        ],
        folder=folder,
        lock_files=(),
        stop_signal=signal.SIGTERM,  # saves first; a second SIGINT would not
        home=home,
        is_ready=lambda: _answers_ping(sock),
    )


def _answers_ping(sock: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.settimeout(1)
        connection.connect(str(sock))
        connection.sendall(b"PING\r\n")
        return connection.recv(7) == b"+PONG\r\n"
    return False
