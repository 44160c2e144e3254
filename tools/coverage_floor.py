"""Combine what the tests covered, and refuse less than the floor.

The floor is a file: raise it when the figure has risen, and never lower it.
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
    floor = float(FLOOR.read_text())
    print(report.getvalue())  # noqa: T201
    print(f"{total:.2f} % of lines and branches are covered; the floor is {floor} %.")  # noqa: T201
    if total < floor:
        return 1
    if total >= floor + 1:
        print(f"Raise the floor in {FLOOR.name} to {int(total * 10) / 10}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
