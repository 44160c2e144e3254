"""How an answer is marked, and in which order choices are shown: pure functions.

single    1 for the right choice, else 0.
multiple  Right choices found, less wrong ones ticked, of all right ones; never below 0. To tick
          every box is worth what is right beyond what is wrong.
number    1 within the tolerance, both ends included, else 0.
match     The share of lines with their right partner; a line that was left empty is not right.

An answer that was left empty is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

ROUNDING = 1e-9
"""So far two numbers may be apart and be the same: 0.1 + 0.2 is 0.3 for a person."""


class AnswerKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Key:
    """What is right. `right`: places of choices; of a match, one for each line."""

    kind: AnswerKind
    right: Sequence[int] = ()
    number: float = 0.0
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered, by the places of the choices in the file, however they were shown."""

    chosen: tuple[int, ...] = ()
    number: float | None = None
    matched: tuple[int | None, ...] = ()

    def as_json(self) -> dict[str, Any] | None:
        """Only what was answered; None where it is nothing."""
        told = {
            "chosen": sorted(set(self.chosen)),
            "number": self.number,
            "matched": list(self.matched) if any(m is not None for m in self.matched) else [],
        }
        return {name: value for name, value in told.items() if value not in (None, [])} or None

    @classmethod
    def of_json(cls, told: Any) -> "Given":
        told = told or {}
        chosen, matched = tuple(told.get("chosen", ())), tuple(told.get("matched", ()))
        return cls(chosen, told.get("number"), matched)


def mark(key: Key, given: Given) -> float:
    match key.kind:
        case AnswerKind.SINGLE:
            return float(set(given.chosen) == set(key.right))
        case AnswerKind.MULTIPLE:
            chosen, right = set(given.chosen), set(key.right)
            return max(0, len(chosen & right) - len(chosen - right)) / len(right)
        case AnswerKind.NUMBER:
            if given.number is None:
                return 0.0
            slack = ROUNDING * max(1.0, abs(key.number))
            return float(abs(given.number - key.number) <= key.tolerance + slack)
        case AnswerKind.MATCH:
            found = sum(m == r for m, r in zip(given.matched, key.right, strict=False))
            return found / len(key.right)


def shown_order(try_id: UUID, question_id: UUID, choices: int) -> list[int]:
    """The places of the choices in the order in which this try shows them, always the same."""
    salt = try_id.bytes + question_id.bytes
    return sorted(range(choices), key=lambda i: sha256(salt + i.to_bytes(2)).digest())
