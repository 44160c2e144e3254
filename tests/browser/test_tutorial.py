"""The blocks of pages that tell what to type, each page in one shell as its reader would."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Site, Visit

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "least", "told"),
    [
        ("tutorial", 6, ("gap 0.0", '"email":"ines.calder@example.org"')),
        (
            "weekly-matching",
            8,
            ("4 07:30", "unless_warned", "the run is solved", "published", "ready"),
        ),
    ],
)
def test_each_block_runs(
    site: Site, tmp_path: Path, name: str, least: int, told: tuple[str, ...]
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / f"{name}.md").read_text(), re.DOTALL)
    assert len(blocks) >= least
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", site.address)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    for one in told:
        assert one.replace(" ", "") in ran.stdout.replace(" ", ""), ran.stdout


def test_the_stream_of_the_docs_opens_and_tells_what_happens(visit: Visit) -> None:
    page = visit("ines.calder@example.org")
    cohorts = page.request.get("/api/v1/cohorts").json()["items"]
    code = (DOCS / "events.md").read_text().partition("```js\n")[2].partition("```")[0]
    begun = page.evaluate(
        f"""(async () => {{
            const cohortId = "{cohorts[0]["id"]}", show = () => {{}};
            {code}
            const begun = await new Promise((tell, fail) => {{
                stream.addEventListener("stream.began", (event) => tell(event.lastEventId));
                stream.addEventListener("error", fail);
            }});
            stream.close();
            return begun;
        }})()"""
    )
    assert int(begun) > 0
