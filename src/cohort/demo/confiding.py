"""What the two of a mentorship agree on, and what people tell the organisers or nobody."""

from datetime import datetime, timedelta

from cohort.agendas import service as agendas
from cohort.agendas.models import EntryKind
from cohort.agendas.schemas import EntryIn
from cohort.demo.mentoring import mentorships
from cohort.demo.opening import A_DAY, Scene
from cohort.mentorships import rematching
from cohort.wishes import apart
from cohort.wishes.models import ApartKind
from cohort.wishes.schemas import KeptApartIn

GOALS = (
    "Put one model into production, with tests and a rollback that I have tried.",
    "Read a design review of a real system, and write one of my own.",
    "Apply for two jobs before the cohort ends.",
)
POINT = "How do you decide that an experiment is good enough to ship?"
NOTE = "Ask next time how the talk at the reading group went."
ANOTHER = "We never find a time, and I work on other things than I thought. Nobody is to blame."
CONFLICT = ("ruth.abramowitz@example.org", "xin-yi.cheng@example.org", "We write a paper together.")
BLOCK = ("catherine.beaulieu@example.org", "maria.papadaki@example.org")
"""Who said it, and about whom."""


async def write_agendas(scene: Scene, *, now: datetime) -> None:
    """Most pairs have goals, one of them reached; some have a point to talk about, or a note."""
    db, pairs = scene.db, await mentorships(scene)
    for turn, pair in enumerate(pairs[:-1]):
        researcher = scene.people[pair.enrolment.person.email]
        mentor = scene.people[pair.mentor.person.email]
        at = now - 14 * A_DAY + timedelta(hours=turn)
        for text in GOALS[: 1 + turn % len(GOALS)]:
            goal = EntryIn(kind=EntryKind.GOAL, text=text)
            entry = await agendas.write(db, researcher, pair.id, goal, now=at)
        if turn % 3 == 2:
            await agendas.tick(db, mentor, entry.id, is_done=True, now=now - 2 * A_DAY)
        if turn % 2 == 0:
            point = EntryIn(kind=EntryKind.POINT, text=POINT)
            await agendas.write(db, researcher, pair.id, point, now=now - 3 * A_DAY)
            note = EntryIn(kind=EntryKind.NOTE, text=NOTE)
            await agendas.write(db, mentor, pair.id, note, now=now - 3 * A_DAY)


async def ask_for_another(scene: Scene, *, now: datetime) -> None:
    """The pair that does not go well; nothing ends before somebody else is found."""
    unhappy = (await mentorships(scene))[-1]
    actor = scene.people[unhappy.enrolment.person.email]
    await rematching.ask(scene.db, actor, unhappy.id, ANOTHER, now=now)


async def keep_apart(scene: Scene, *, now: datetime) -> None:
    """A conflict that the organisers read, and a block that nobody reads."""
    one, other, why = CONFLICT
    conflict = KeptApartIn(kind=ApartKind.CONFLICT, email=other, note=why)
    await apart.keep_apart(scene.db, scene.people[one], scene.cohort.id, conflict, now=now)
    one, other = BLOCK
    block = KeptApartIn(kind=ApartKind.BLOCK, email=other)
    await apart.keep_apart(scene.db, scene.people[one], scene.cohort.id, block, now=now)
