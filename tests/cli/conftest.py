"""Somebody's desk: a folder with two sheets, and the command that pairs them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohort.cli import cli

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
RESEARCHERS = "Name,Domains\nAda,Machine translation\nBo,Robotics\n"
MENTORS = "Name,Domains\nMia,Robotics\nNils,Machine translation\n"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with two sheets, and the command."""

    folder: Path

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def match(self, *arguments: object, out: str = "PAIRS.csv") -> Ran:
        ran = CliRunner().invoke(cli, ["match", *map(str, arguments), "--out", out])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def sheets(self, researchers: str | bytes, mentors: str | bytes, *options: object) -> Ran:
        self.put("R.csv", researchers)
        self.put("M.csv", mentors)
        return self.match("R.csv", "M.csv", *options)

    def pairs(self, name: str = "PAIRS.csv") -> list[dict[str, str]]:
        with (self.folder / name).open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in ("COHORT_DATABASE_URL", "COHORT_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path)
