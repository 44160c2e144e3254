"""The organisers' own questions on the page of the rules: how each is compared, and its weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cohort.errors import FieldError
from cohort.http.forms import Sent
from cohort.pairing.rules import OwnFactor
from cohort.profiles.choices import Options
from cohort.questions.kinds import COMPARED
from cohort.questions.models import Question

TITLES = {
    "same": "The same answer",
    "different": "Different answers",
    "overlap": "Choices in common",
    "near": "Numbers that are near",
    "at_least": "At least what the researcher says",
}
PATH = "weights/own/"


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One question and its fields on the page."""

    name: str
    id: str
    ways: Options

    def field(self, part: str) -> str:
        return f"own-{part}-{self.id}"

    @property
    def takes_width(self) -> bool:
        return any(way["value"] == "near" for way in self.ways)


def rows(questions: Sequence[Question]) -> list[OwnRow]:
    return [
        OwnRow(
            one.name,
            str(one.id),
            [{"value": way, "label": TITLES[way]} for way in COMPARED[one.kind]],
        )
        for one in questions
    ]


def as_typed(found: Sequence[OwnRow], own: Mapping[str, OwnFactor]) -> dict[str, Any]:
    """What the fields show of the rules."""
    typed: dict[str, Any] = {}
    for row in found:
        factor = own.get(row.name)
        typed[row.field("weight")] = factor.weight if factor else 0.0
        typed[row.field("compare")] = factor.compare if factor else row.ways[0]["value"]
        typed[row.field("width")] = factor.width if factor and factor.width else ""
    return typed


def read(sent: Sent, found: Sequence[OwnRow]) -> dict[str, dict[str, Any]]:
    """The rules of the fields; a question without a weight is left out."""
    own: dict[str, dict[str, Any]] = {}
    for row in found:
        parts = ("weight", "compare", "width")
        typed = {part: "".join(sent.texts(row.field(part))[-1:]) for part in parts}
        if typed["compare"] != "near" or not typed["width"]:
            del typed["width"]
        if typed["weight"].strip() not in {"", "0", "0.0"}:
            own[row.name] = typed
    return own


def at_fields(errors: Sequence[FieldError], found: Sequence[OwnRow]) -> dict[str, str]:
    """Each error of an own factor at its field; others by the last step of their path."""
    by_name = {row.name: row for row in found}
    placed: dict[str, str] = {}
    for error in errors:
        name, _, part = error.field.removeprefix(PATH).partition("/")
        if error.field.startswith(PATH) and name in by_name:
            where = part or ("width" if "width" in error.message else "weight")
            placed.setdefault(by_name[name].field(where), error.message)
        else:
            placed.setdefault(error.field.rpartition("/")[2], error.message)
    return placed
