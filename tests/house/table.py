"""The table of authorization.txt: who is answered what, route by route."""

from functools import cache
from pathlib import Path

from tests.house.cast import CAST

TABLE = Path(__file__).with_name("authorization.txt")
SOME = ("anyone", "researcher", "key")
"""Who asks where the answer is the same for everyone."""


@cache
def the_table() -> dict[str, dict[str, int]]:
    """Route -> one of the cast -> status."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if not line or line.startswith(("#", " ")):
            continue
        method, path, *cells = line.split()
        who = SOME if cells[0] == "everyone" else CAST
        told = [cells[1]] * len(SOME) if cells[0] == "everyone" else cells
        found[f"{method} {path}"] = {
            one: int(status) for one, status in zip(who, told, strict=True)
        }
    return found
