"""The doctor finds what is wrong and says what to do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohort.cli import cli
from cohort.local import servers as embedded
from cohort.local.servers import Servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with embedded.throwaway() as running:
        yield running


def doctor(environment: dict[str, str], data_dir: Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["doctor", "--data-dir", str(data_dir)], env=environment)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "DEVELOPMENT"):
        monkeypatch.delenv(f"COHORT_{field}", raising=False)


def test_nothing_set_is_well_with_the_embedded_servers(tmp_path: Path) -> None:
    status, output = doctor({}, tmp_path / "not made yet")
    assert status == 0, output
    assert "`cohort up` runs the embedded ones" in output


def test_an_empty_database_needs_a_migration(servers: Servers, tmp_path: Path) -> None:
    environment = {
        "COHORT_DATABASE_URL": servers.database_url,
        "COHORT_REDIS_URL": servers.redis_url,
        "COHORT_DEVELOPMENT": "true",
    }
    status, output = doctor(environment, tmp_path)
    assert status == 1
    assert re.findall(r"^fail +(\S+) +(.*)$", output, re.MULTILINE) == [
        ("migrations", "the database is at nothing: run `cohort migrate`.")
    ]


def test_servers_that_do_not_answer_fail_with_the_setting_to_look_at(tmp_path: Path) -> None:
    environment = {
        "COHORT_DATABASE_URL": "postgresql://cohort@127.0.0.1:1/cohort",
        "COHORT_REDIS_URL": "redis://127.0.0.1:1/0",
    }
    status, output = doctor(environment, tmp_path)
    assert status == 1
    assert re.findall(r"^fail +(\S+) .*(COHORT_\w+)", output, re.MULTILINE) == [
        ("PostgreSQL", "COHORT_DATABASE_URL"),
        ("Redis", "COHORT_REDIS_URL"),
        ("mail", "COHORT_SMTP_URL"),
    ]


def test_a_setting_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    environment = {
        "COHORT_DATABASE_URL": "mysql://root:hunter2@host/x",
        "COHORT_REDIS_URL": "redis://x",
    }
    status, output = doctor(environment, tmp_path)
    assert status == 2
    assert output.startswith("cohort: the settings need another look. COHORT_DATABASE_URL: ")
    assert "hunter2" not in output
