"""`cohort guide import`: what an operator sees, and what a mistake says."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cohort.cli import cli
from cohort.settings import Settings


@pytest.fixture
def run(migrated: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("COHORT_DATABASE_URL", migrated.database_url)
    monkeypatch.setenv("COHORT_REDIS_URL", migrated.redis_url)
    return CliRunner()


def imported(run: CliRunner, *arguments: object) -> Result:
    return run.invoke(cli, ["guide", "import", *map(str, arguments)])


def test_it_says_what_changed(run: CliRunner, tmp_path: Path) -> None:
    guide, milestones = tmp_path / "guide.md", tmp_path / "milestones.toml"
    guide.write_text("# A command's guide\n\n## Second\n")
    milestones.write_text(
        "[[milestone]]\nslug = 'one'\nsection = 'second'\ntitle = 'One'\n"
        "task = 'Do.'\nevidence = 'Show.'\nhours = 1\n"
    )
    first = imported(run, guide, "--milestones", milestones)
    guide.write_text("# A command's guide\n\n## Third\n\nText.\n")
    second = imported(run, guide)

    assert first.exit_code == 0, first.output
    assert "New guide “A command's guide” (a-commands-guide), 2 sections:" in first.output
    assert "Milestones:\n  added: one" in first.output
    assert "  added: third\n  gone: second\n  stayed: 1" in second.output
    assert "Milestones whose section went: one." in second.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "The file is empty"),
        (b"no heading at all", "The file has no headings"),
        (b"---\ntitle: x\n", "never closes"),
    ],
    ids=["empty", "no heading", "open front matter"],
)
def test_a_mistake_is_a_sentence_and_status_2(
    run: CliRunner, tmp_path: Path, text: bytes, said: str
) -> None:
    guide = tmp_path / "guide.md"
    guide.write_bytes(text)

    refused = imported(run, guide)

    assert refused.exit_code == 2
    assert said in refused.output
    assert "Traceback" not in refused.output
    assert imported(run, tmp_path / "none.md").exit_code == 2
