"""The report of `cohort match` in a browser, as somebody opens it who got it by mail."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from cohort.cli import cli
from tests.browser.conftest import DESKTOP, PHONE, fits, is_accessible

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    files = [str(EXAMPLES / name) for name in ("researchers.csv", "mentors.csv")]
    rules = ["--rules", str(EXAMPLES / "rules.toml")]
    written = ["--out", str(folder / "pairs.csv"), "--report", str(folder / "report.html")]
    ran = CliRunner().invoke(cli, ["match", *files, *rules, *written, "--week", "2026-11-23"])
    assert ran.exit_code == 0, ran.output
    return folder / "report.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_report_is_fit_for_all_and_loads_nothing(
    browser: Browser, report: Path, window: dict[str, int], *, dark: bool
) -> None:
    # The audit is a script, which the report's own policy would stop.
    context = browser.new_context(
        viewport=window, color_scheme="dark" if dark else "light", bypass_csp=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name="Noor Haddad")).to_be_visible()
    page.get_by_text("What the score is made of").first.click()
    expect(page.get_by_text("Skills to show").first).to_be_visible()
    is_accessible(page)
    fits(page)
    context.close()
    assert asked == [report.as_uri()]


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_name_of_one_long_word_does_not_make_the_page_wider(
    browser: Browser, tmp_path: Path, window: dict[str, int]
) -> None:
    twins = "".join(f"Bo,{letter * 60}@example.org\n" for letter in "abc")
    (tmp_path / "R.csv").write_text(f"Name,E-mail\n{twins}")
    (tmp_path / "M.csv").write_text(f"Name\n{'Mia' * 30}\nNils\n")
    files = [str(tmp_path / name) for name in ("R.csv", "M.csv")]
    written = ["--out", str(tmp_path / "P.csv"), "--report", str(tmp_path / "r.html")]
    ran = CliRunner().invoke(cli, ["match", *files, *written])
    assert ran.exit_code == 0, ran.output
    page = browser.new_page(viewport=window)
    page.goto((tmp_path / "r.html").as_uri())
    expect(page.get_by_role("heading", name="@example.org").first).to_be_visible()
    fits(page)
    page.close()
