"""What the documentation shows is what happens."""

import doctest
from pathlib import Path

MATCHING = Path(__file__).parents[2] / "docs" / "matching.md"


def test_every_example_of_the_matching_core_does_what_is_written() -> None:
    found = doctest.testfile(str(MATCHING), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0
