"""The tutorial's blocks, run in one shell as its reader would."""

import re
import subprocess
from pathlib import Path

from tests.browser.conftest import Site

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


def test_each_block_of_the_tutorial_runs(site: Site, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    assert len(blocks) >= 6
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", site.address)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "gap 0.0" in ran.stdout
    assert '"email":"ines.calder@example.org"' in ran.stdout.replace(" ", "")
