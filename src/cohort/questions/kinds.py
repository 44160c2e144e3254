"""What a question of each kind takes as an answer, and how a form shows it; pure."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cohort.errors import FieldError
from cohort.http.fields import Note
from cohort.pairing.rules import Compare
from cohort.pairing.scores.profiles import Answer as Compared
from cohort.questions.models import AnswerOf, Question, QuestionKind
from cohort.questions.schemas import QuestionIn

CHOSEN = {QuestionKind.CHOICE, QuestionKind.CHOICES}
NUMBERS = {QuestionKind.SCALE, QuestionKind.NUMBER}
MOST_STEPS = 10
TEXT: TypeAdapter[str] = TypeAdapter(Note)
COMPARED: dict[QuestionKind, tuple[Compare, ...]] = {
    QuestionKind.TEXT: ("same", "different"),
    QuestionKind.CHOICE: ("same", "different"),
    QuestionKind.CHOICES: ("overlap",),
    QuestionKind.SCALE: ("near", "at_least", "same", "different"),
    QuestionKind.NUMBER: ("near", "at_least", "same", "different"),
    QuestionKind.YES_NO: ("same", "different"),
}
"""How the answers of each kind can be compared, the most usual first."""
COUNTING = {"near", "at_least"}
"""What compares numbers."""


class BadAnswer(ValueError):
    """What is wrong with an answer, in a sentence."""


def faults(form: QuestionIn) -> list[FieldError]:
    """What makes a question one that nobody could answer."""
    found = []
    if not (form.asks_researchers or form.asks_mentors):
        found.append(FieldError("asks_researchers", "Write the question for one side at least."))
    if form.kind in CHOSEN and len(form.choices) < 2:
        found.append(FieldError("choices", "Give at least two choices."))
    if form.kind not in CHOSEN and form.choices:
        found.append(FieldError("choices", "This kind of question has no choices."))
    if form.kind not in NUMBERS and (form.least is not None or form.most is not None):
        found.append(FieldError("least", "Only a scale and a number have bounds."))
    least, most = form.least, form.most
    if least is not None and most is not None and least >= most:
        found.append(FieldError("most", "This must be above the least."))
    elif form.kind is QuestionKind.SCALE and not _is_scale(least, most):
        sentence = f"A scale goes from one whole number to another, in at most {MOST_STEPS} steps."
        found.append(FieldError("most", sentence))
    return found


def _is_scale(least: float | None, most: float | None) -> bool:
    if least is None or most is None:
        return False
    return least.is_integer() and most.is_integer() and most - least <= MOST_STEPS


def steps_of(question: Question) -> Sequence[int]:
    """The numbers of a scale."""
    return range(int(question.least or 0), int(question.most or 0) + 1)


def read(question: Question, value: object) -> object:
    """An answer as it is kept; None where it is empty. Raises BadAnswer."""
    if value is None or value in ("", []):
        return None
    match question.kind:
        case QuestionKind.TEXT:
            return _text(value)
        case QuestionKind.CHOICE:
            return _choice(question, value)
        case QuestionKind.CHOICES:
            if not isinstance(value, list):
                raise BadAnswer("Send a list of choices.")
            return list(dict.fromkeys(_choice(question, one) for one in value))
        case QuestionKind.YES_NO:
            if not isinstance(value, bool):
                raise BadAnswer("Answer yes or no.")
            return value
        case _:
            return _number(question, value)


def _text(value: object) -> str | None:
    try:
        return TEXT.validate_python(value, strict=True) or None
    except ValidationError as error:
        facts = error.errors(include_url=False, include_input=False)[0]
        if facts["type"] == "string_too_long":
            raise BadAnswer("This is longer than 2,000 characters.") from error
        raise BadAnswer("Answer in plain text.") from error


def _choice(question: Question, value: object) -> str:
    if not isinstance(value, str) or value not in question.choices:
        raise BadAnswer("Choose one of those that are offered.")
    return value


def _number(question: Question, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAnswer("This must be a number.")
    if question.kind is QuestionKind.SCALE and value not in steps_of(question):
        raise BadAnswer(f"Choose a number from {question.least:g} to {question.most:g}.")
    low = -1e9 if question.least is None else question.least
    high = 1e9 if question.most is None else question.most
    if not low <= value <= high:
        raise BadAnswer(f"This must be a number from {low:,.12g} to {high:,.12g}.")
    return float(value)


def compared(value: Any) -> Compared:
    """An answer as the matching compares it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    return [*map(str, value)] if isinstance(value, list) else str(value)


def schema_of(question: Question, side: AnswerOf) -> dict[str, Any]:
    """A question as JSON Schema, in the organisers' own words."""
    shown: dict[str, Any] = {"title": question.asks(side)}
    if question.help:
        shown["description"] = question.help
    offered = [{"const": one, "title": one} for one in question.choices]
    match question.kind:
        case QuestionKind.TEXT:
            return shown | {"type": "string", "maxLength": 2_000}
        case QuestionKind.CHOICE:
            return shown | {"type": "string", "oneOf": offered}
        case QuestionKind.CHOICES:
            items = {"type": "string", "oneOf": offered}
            return shown | {"type": "array", "items": items, "uniqueItems": True}
        case QuestionKind.YES_NO:
            return shown | {"type": "boolean"}
        case _:
            whole = "integer" if question.kind is QuestionKind.SCALE else "number"
            bounds = {"minimum": question.least, "maximum": question.most}
            return shown | {"type": whole} | {k: v for k, v in bounds.items() if v is not None}
