"""Own questions as fields of a page: their names, what a browser sends, and where errors go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cohort.errors import Refusal
from cohort.http.forms import Form, Schema, Sent
from cohort.questions.kinds import NUMBERS, steps_of
from cohort.questions.models import AnswerOf, Question, QuestionKind


@dataclass(frozen=True, slots=True)
class Field:
    """One question as a page asks it; `values` is what was answered, as a browser has it."""

    name: str
    label: str
    kind: str
    help: str
    required: bool
    options: Sequence[Mapping[str, str]]
    values: Sequence[str]
    bounds: Mapping[str, float | str]


def field_of(question: Question) -> str:
    """Names are the organisers' own words; ids make better names of fields."""
    return f"answer-{question.id}"


def is_answer(field: str) -> bool:
    return field.startswith("answer-")


def fields(asked: Sequence[Question], side: AnswerOf, typed: Mapping[str, Any]) -> list[Field]:
    """What this side is asked, with the `answers` that were typed or kept, by name."""
    answers = typed.get("answers", {})
    return [
        Field(
            name=field_of(one),
            label=one.asks(side),
            kind=one.kind.value,
            help=one.help,
            required=one.required,
            options=_options(one),
            values=_as_sent(answers.get(one.name)),
            bounds=_bounds(one),
        )
        for one in asked
    ]


def _options(question: Question) -> list[Mapping[str, str]]:
    if question.kind is QuestionKind.YES_NO:
        return [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    if question.kind is QuestionKind.SCALE:
        return [{"value": str(step), "label": str(step)} for step in steps_of(question)]
    return [{"value": one, "label": one} for one in question.choices]


def _bounds(question: Question) -> dict[str, float | str]:
    bounds = {"min": question.least, "max": question.most}
    return {"step": "any", **{name: one for name, one in bounds.items() if one is not None}}


def _as_sent(answer: object) -> list[str]:
    if answer is None:
        return []
    if isinstance(answer, bool):
        return ["yes" if answer else "no"]
    if isinstance(answer, float | int):
        return [f"{answer:.12g}"]
    return [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]


def typed_answers(sent: Sent, asked: Sequence[Question]) -> dict[str, Any]:
    """What a browser sent, in the shape of the API; a text where a number is needed stays one."""
    found: dict[str, Any] = {}
    for question in asked:
        texts = sent.texts(field_of(question))
        if question.kind is QuestionKind.CHOICES:
            found[question.name] = texts
        elif texts:
            found[question.name] = _value(question, texts[-1])
    return found


def _value(question: Question, text: str) -> object:
    if question.kind in NUMBERS:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text
    if question.kind is QuestionKind.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    return text


def with_errors(form: Form[Schema], refusal: Refusal, asked: Sequence[Question]) -> Form[Schema]:
    """The form as it was refused, each error of an answer at its question."""
    refused = form.refused(refusal)
    at = {f"answers/{one.name}": field_of(one) for one in asked}
    mine = {at[error.field]: error.message for error in refusal.errors if error.field in at}
    others = {name: said for name, said in refused.errors.items() if name != "answers" or not mine}
    return replace(refused, errors=others | mine)
