"""The dashboard of the docs, compiled by TypeScript, at work in a real browser."""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Site, Visit

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "dashboard"
PROGRAMS = ROOT / "tools" / "contract" / "node_modules" / ".bin"
ORGANISER = "ines.calder@example.org"

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "tsc").exists(),
    reason="THE TOOLS OF THE CONTRACT ARE NOT INSTALLED: sh tools/npm-tools",
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard")
    types = folder / "cohort.d.ts"
    contract = ROOT / "docs" / "openapi.json"
    made = [PROGRAMS / "openapi-typescript", contract, "--output", types]
    subprocess.run([*made, "--default-non-nullable=false"], check=True)
    config = json.loads((EXAMPLE / "tsconfig.json").read_text())
    config["compilerOptions"] |= {"paths": {"cohort": [str(types)]}, "outDir": str(folder)}
    config["include"] = [str(EXAMPLE / "*.ts")]
    (folder / "tsconfig.json").write_text(json.dumps(config))
    subprocess.run([PROGRAMS / "tsc", "--project", folder / "tsconfig.json"], check=True)
    (folder / "index.html").write_text((EXAMPLE / "index.html").read_text())
    return folder


def test_a_key_shows_who_is_how_far_and_a_wrong_one_why_not(
    site: Site, visit: Visit, compiled: Path
) -> None:
    organiser = visit(as_=ORGANISER)
    made = organiser.request.post(
        f"{site.address}/api/v1/api_keys",
        data={"name": "a dashboard", "scopes": ["cohorts:read", "dashboard:read", "study:read"]},
        headers={"origin": site.address},
    )
    assert made.status == 201, made.text()
    page = visit()

    def as_a_proxy(route: Route) -> None:
        name = route.request.url.rpartition("/")[2] or "index.html"
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=(compiled / name).read_text(), content_type=kind)

    page.route(f"{site.address}/dashboard/**", as_a_proxy)
    page.goto("/dashboard/")
    page.get_by_label("An API key").fill("of my own making")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text("make a new key")
    page.get_by_label("An API key").fill(made.json()["secret"])
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text("(demo)")
    expect(page.get_by_role("row").filter(has_text="Amina Hassan")).to_contain_text("18 of 52")
    expect(page.get_by_role("status")).to_contain_text("The latest round: solved")
