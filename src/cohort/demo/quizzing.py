"""Some researchers test themselves, or say what they know: who is further knows more."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select

from cohort.assessments import service as assessments
from cohort.assessments.models import AssessmentStatement, KnownLevel, StatementSide
from cohort.assessments.schemas import AssessmentIn
from cohort.demo.opening import Scene
from cohort.people.models import Person
from cohort.quizzes import reading, service
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.models import Quiz, QuizKind, QuizQuestion
from cohort.quizzes.schemas import AnswerIn, AskedOut

WEEK, A_MINUTE = 5, timedelta(minutes=1)
WHO = slice(13, None, -2)
"""Who takes one to three practice quizzes; the first two of them a mock exam, too."""
PLACED_EACH = 3
"""Of them, every third one begins with the placement quiz."""


async def take_quizzes(scene: Scene) -> None:
    found = await scene.db.scalars(
        select(Quiz).where(Quiz.guide_id == scene.cohort.guide_id).order_by(Quiz.position)
    )
    quizzes = found.all()
    placement = [one for one in quizzes if one.kind is QuizKind.PLACEMENT]
    practice = [one for one in quizzes if one.kind is QuizKind.PRACTICE]
    exams = [one for one in quizzes if one.kind is QuizKind.MOCK_EXAM]
    for turn, researcher in enumerate(scene.cast.researchers[WHO]):
        person = scene.people[researcher.email]
        knows = min(0.55 + 0.02 * researcher.passed, 0.9)
        if turn % PLACED_EACH == 0:
            for quiz in placement:
                await _take(scene, person, researcher.email, quiz, knows, turn, week=1)
        for quiz in [*practice[: 1 + turn % 3], *(exams[:1] if turn < 2 else [])]:
            await _take(scene, person, researcher.email, quiz, knows, turn)


async def say_what_they_know(scene: Scene) -> None:
    """Every second one, in the first week: research more than production."""
    found = await scene.db.scalars(
        select(AssessmentStatement).order_by(AssessmentStatement.position)
    )
    statements = found.all()
    for researcher in scene.cast.researchers[1::2]:
        enrolment = scene.enrolments[researcher.email]
        answers: dict[str, KnownLevel | None] = {}
        for one in statements:
            drawn = sha256(f"{researcher.email} {one.slug}".encode()).digest()[0]
            known = drawn % 4 if one.side is StatementSide.RESEARCH else drawn % 5 // 2
            answers[one.slug] = list(KnownLevel)[known]
        person = scene.people[researcher.email]
        form, now = AssessmentIn(answers=answers), scene.weeks.at(1, day=1, hour=19)
        await assessments.answer(scene.db, person, enrolment.id, form, now=now)


async def _take(
    scene: Scene, person: Person, email: str, quiz: Quiz, knows: float, turn: int, week: int = WEEK
) -> None:
    now = scene.weeks.at(week, day=turn % 5, hour=18)
    enrolment = scene.enrolments[email]
    one = await service.begin(scene.db, person, enrolment.id, quiz.id, now=now)
    asked = (await reading.shown(scene.db, one)).questions
    for question in asked:
        now += A_MINUTE
        form = await _answer(scene, question, email, knows)
        await service.answer(scene.db, person, one.id, question.id, form, now=now)
    await service.hand_in(scene.db, person, one.id, now=now)


async def _answer(scene: Scene, question: AskedOut, email: str, knows: float) -> AnswerIn:
    """The right one as often as she knows it, else one of the others."""
    stored = await scene.db.get_one(QuizQuestion, question.id)
    drawn = sha256(f"{email} {stored.slug}".encode()).digest()
    is_right = drawn[0] / 256 < knows
    letters = {stored.choices.index(choice.text): choice.key for choice in question.choices}
    if stored.kind is AnswerKind.NUMBER:
        number = stored.number or 0.0
        return AnswerIn(number=number if is_right else 2 * number + 1)
    if stored.kind is AnswerKind.MATCH:
        right = [letters[place] for place in stored.right]
        return AnswerIn(matched=list(right if is_right else reversed(right)))
    if is_right:
        return AnswerIn(chosen=[letters[place] for place in stored.right])
    wrong = [place for place in sorted(letters) if place not in stored.right]
    return AnswerIn(chosen=[letters[wrong[drawn[1] % len(wrong)]]])
