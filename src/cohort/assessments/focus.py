"""How much a milestone counts for somebody, beside what it counts for everybody: pure."""

from enum import StrEnum


class Focus(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def weight(self) -> float:
        """How much a milestone counts beside a normal one."""
        return {Focus.LOW: 0.5, Focus.NORMAL: 1.0, Focus.HIGH: 1.5}[self]
