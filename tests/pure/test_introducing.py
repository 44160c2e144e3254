"""What talks change in a pool."""

from dataclasses import dataclass, replace

from cohort.introductions.models import Impression
from cohort.matching.introducing.pool import with_talks
from cohort.pairing.pool import Pool
from tests.pure.cast import MINA, OMAR, PRIYA, TREE, WEEK


@dataclass
class Heard:
    enrolment_id: str
    mentor_id: str
    researcher_answer: Impression | None = None
    mentor_answer: Impression | None = None


POOL = Pool(week=WEEK, researchers=[MINA], mentors=[PRIYA, OMAR], places=[1, 1], taxonomy=TREE)


def test_what_was_said_counts_for_who_waits_and_for_who_may_be_given_another_mentor() -> None:
    moving = replace(MINA, id="moving")
    pool = replace(POOL, movers=[moving], current={"moving": "omar"})
    said = [
        Heard("mina", "priya", Impression.GLADLY, Impression.COULD_WORK),
        Heard("moving", "priya", Impression.COULD_WORK),
        Heard("mina", "omar", None, Impression.RATHER_NOT),
    ]

    found = with_talks(pool, said)

    assert [one.talks for one in found.researchers] == [{"priya": 1.0}]
    assert [one.talks for one in found.movers] == [{"priya": 0.5}]
    assert [one.talks for one in found.mentors] == [{"mina": 0.5}, {}]
    assert found.blocks == [("mina", "omar")]
    assert with_talks(pool, []) is pool
