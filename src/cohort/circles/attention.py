"""What an organiser should look at in the circles of a cohort, and what she can do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cohort.circles.reading import CircleSeen, MemberSeen
from cohort.circles.schemas import NoCircle

AWAY = {
    NoCircle.PAUSED: "pauses now",
    NoCircle.AWAY: "cannot sign in, as the account is suspended",
    NoCircle.UNCONFIRMED: "has not confirmed the address",
}


@dataclass(frozen=True, slots=True)
class CircleConcern:
    """Of a circle that is small, `member` is none: its people may be given other places."""

    circle: CircleSeen
    sentence: str
    member: MemberSeen | None = None


def concerns(
    circles: Sequence[CircleSeen], away: Mapping[UUID, NoCircle], least: int
) -> list[CircleConcern]:
    """Small circles first, then whoever is in a circle and cannot be there."""
    small = [CircleConcern(one, _small(one, least)) for one in circles if len(one.members) < least]
    return small + [
        CircleConcern(one, _away(one, member, away[member.enrolment_id], least), member)
        for one in circles
        for member in one.members
        if member.enrolment_id in away
    ]


def _small(one: CircleSeen, least: int) -> str:
    has = "1 person is" if len(one.members) == 1 else f"{len(one.members)} people are"
    return (
        f"{has} left, and {least} are the fewest. Put somebody who has no circle into it, find "
        "its people other places, or form the circles anew."
    )


def _away(one: CircleSeen, member: MemberSeen, why: NoCircle, least: int) -> str:
    rest = len(one.members) - 1
    after = (
        f"Without this place the circle has {rest}, which is below {least}: wait for a short pause."
        if rest < least
        else f"The circle goes on with {rest}. For a long absence, free the place."
    )
    return f"{member.name} {AWAY[why]}. {after}"
