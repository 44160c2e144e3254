"""What the researchers hand in over the weeks, and what becomes of it; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cohort.demo.cast import CastResearcher, Texts

LOOKED_AT_AFTER = timedelta(hours=19)
LAST_HAND_IN = timedelta(days=2)
"""How long ago the last piece was handed in that is reviewed by now."""


@dataclass(frozen=True)
class HandIn:
    """A piece of work: handed in, and reviewed unless it still waits.

    `place` is the milestone's in the plan, from 0.
    """

    email: str
    place: int
    text: str
    handed_in_at: datetime
    reviewed_at: datetime | None = None
    is_passed: bool = False
    comment: str = ""

    @property
    def ended_at(self) -> datetime:
        return self.reviewed_at or self.handed_in_at


def steps_of(
    researcher: CastResearcher,
    turn: int,
    plan: Sequence[str],
    words: Texts,
    *,
    field: str,
    starts_at: datetime,
    now: datetime,
) -> Iterator[HandIn]:
    """A researcher's work up to `now`, in the order of the plan (slugs of milestones).

    What is passed comes first, at an even pace, then what needs another look, then what waits.
    `turn` is the place among the researchers: it varies the times and the words.
    """
    reviewed = researcher.passed + researcher.again
    pace = (now - LAST_HAND_IN - starts_at) / (reviewed + 1)
    for place in range(reviewed + researcher.waiting):
        text = _text(words, plan[place], field, turn + place)
        if place >= reviewed:
            yield HandIn(
                researcher.email,
                place,
                text,
                now - timedelta(hours=5 + 11 * (place - reviewed) + turn),
            )
            continue
        handed_in_at = starts_at + pace * (place + 1) - timedelta(minutes=37 * turn)
        is_passed = place < researcher.passed
        comments = words.passed if is_passed else words.again
        yield HandIn(
            researcher.email,
            place,
            text,
            handed_in_at,
            reviewed_at=handed_in_at + LOOKED_AT_AFTER + timedelta(hours=turn),
            is_passed=is_passed,
            comment=comments[(turn + place) % len(comments)],
        )


def _text(words: Texts, milestone: str, field: str, variant: int) -> str:
    own, remarks = words.evidence[milestone], words.remarks
    text = own[variant % len(own)].replace("{field}", field)
    # Every third piece of evidence says no more than that.
    return f"{text}\n\n{remarks[variant % len(remarks)]}" if variant % 3 else text
