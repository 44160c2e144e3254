"""Combine what the tests covered, and refuse less than the floor.

The floor is the file tests/coverage_floor. It only rises: a run that covers more writes its
figure there, to be committed with the tests that did it.
"""

import io
import sys
from pathlib import Path

from coverage import Coverage

FLOOR = Path(__file__).parents[1] / "tests" / "coverage_floor"


def main() -> int:
    measured = Coverage()
    measured.load()
    report = io.StringIO()
    total = measured.report(file=report)
    floor = float(FLOOR.read_text()) if FLOOR.exists() else 0.0
    print(report.getvalue())  # noqa: T201
    print(f"{total:.2f} % of lines and branches are covered; the floor is {floor} %.")  # noqa: T201
    if total < floor:
        return 1
    reached = int(total * 10) / 10
    if reached > floor:
        FLOOR.write_text(f"{reached}\n")
        print(f"The floor has risen to {reached} %: commit tests/{FLOOR.name}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
