"""Why two runs differ: what changed between the two questions, for everybody and person by person;
pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile

Person = ResearcherProfile | MentorProfile

NOTICED = {"wishes": "wishes", "answers": "answers"}
"""What a change of these fields is called; that of any other is a change of the profile."""
DECIDED = {
    "pins": ("pinned", "pin_lifted"),
    "vetoes": ("vetoed", "veto_lifted"),
    "declined": ("declined", "asked_again"),
    "ended": ("ended", "asked_again"),
    "blocks": ("kept_apart", "not_kept_apart"),
}
"""What it is called when a pair comes to one of these lists of a pool, and when it goes."""
MUCH = 0.1
"""Of a weight: by how much it changes before it is worth a word."""
RULES = ("weights", "requirements", "cover", "objective", "stickiness", "placing", "taxonomy")


@dataclass(frozen=True)
class Cause:
    """One thing that differs between two questions.

    code     of a person: "profile", "wishes", "answers"; of a researcher also "waits",
             "waits_no_more", "goes_first" (her mentor left), "evidence" (other skills to show),
             "due" (others are due soon); of a mentor also "came", "left", "more_places",
             "fewer_places"; of a pair: those of `DECIDED`; of everybody: "rules" (weights,
             requirements, aim or fields), "week" (whose hours are compared).
    person   whom it is about, by id; of a pair, the researcher. Empty where it is everybody.
    other    of a pair, the mentor.
    """

    code: str
    person: str = ""
    other: str = ""


@dataclass(frozen=True)
class Differences:
    """All that changed from one pool to another."""

    before: Pool
    after: Pool

    @cached_property
    def general(self) -> tuple[Cause, ...]:
        """What concerns everybody."""
        rules = any(getattr(self.before, one) != getattr(self.after, one) for one in RULES)
        found = [("rules", rules), ("week", self.before.week != self.after.week)]
        return tuple(Cause(code) for code, differs in found if differs)

    @cached_property
    def of_people(self) -> Mapping[str, tuple[Cause, ...]]:
        """What changed about each person of whom anything did, by id."""
        researchers = _of_side(
            self.before.researchers, self.after.researchers, ("waits", "waits_no_more")
        )
        mentors = _of_side(self.before.mentors, self.after.mentors, ("came", "left"))
        places = [
            dict(zip((one.id for one in pool.mentors), pool.places, strict=True))
            for pool in (self.before, self.after)
        ]
        for one in places[0].keys() & places[1].keys():
            if places[0][one] != places[1][one]:
                code = "more_places" if places[0][one] < places[1][one] else "fewer_places"
                mentors[one] = (*mentors.get(one, ()), Cause(code, one))
        for one in set(self.after.ahead) - set(self.before.ahead):
            researchers[one] = (*researchers.get(one, ()), Cause("goes_first", one))
        return {**researchers, **mentors}

    @cached_property
    def of_pairs(self) -> Mapping[str, tuple[Cause, ...]]:
        """What was decided about pairs, by the id of the researcher."""
        found: dict[str, list[Cause]] = {}
        for name, (made, lifted) in DECIDED.items():
            before, after = (_pairs(pool, name) for pool in (self.before, self.after))
            for code, pairs in ((made, after - before), (lifted, before - after)):
                for researcher, mentor in sorted(pairs):
                    found.setdefault(researcher, []).append(Cause(code, researcher, mentor))
        return {one: tuple(causes) for one, causes in found.items()}

    def around(self, researcher: str, mentors: Sequence[str]) -> tuple[Cause, ...]:
        """What changed about a researcher, her pairs, and these mentors. Empty where nothing did:
        then she moved because of everybody's rules, or because others did."""
        about = [*self.of_people.get(researcher, ()), *self.of_pairs.get(researcher, ())]
        of_mentors = [cause for one in mentors for cause in self.of_people.get(one, ())]
        return (*about, *of_mentors)


@dataclass(frozen=True)
class PersonChange:
    """A researcher whom two runs pair otherwise, by id; None is without a mentor.

    before, after  the score of the pair in each run.
    causes         what changed around her; None where one of the inputs is no longer kept.
    """

    researcher: str
    origin: str | None
    target: str | None
    before: float | None
    after: float | None
    causes: tuple[Cause, ...] | None


Found = Mapping[IdPair, float]
"""The pairs of a run, with the score of each."""


def changes_between(
    before: Found, after: Found, differences: Differences | None
) -> list[PersonChange]:
    """Everybody whose mentors differ, by id; whoever has several, a line for each that differs."""
    lost, got = (
        _by_researcher(before.keys() - after.keys()),
        _by_researcher(after.keys() - before.keys()),
    )
    changes = []
    for one in sorted(lost.keys() | got.keys()):
        for origin, target in zip_longest(lost.get(one, ()), got.get(one, ())):
            mentors = [mentor for mentor in (origin, target) if mentor]
            changes.append(
                PersonChange(
                    researcher=one,
                    origin=origin,
                    target=target,
                    before=before[one, origin] if origin else None,
                    after=after[one, target] if target else None,
                    causes=differences.around(one, mentors) if differences else None,
                )
            )
    return changes


def _by_researcher(pairs: set[IdPair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for researcher, mentor in sorted(pairs):
        found.setdefault(researcher, []).append(mentor)
    return found


def _of_side(
    before: Sequence[Person], after: Sequence[Person], codes: tuple[str, str]
) -> dict[str, tuple[Cause, ...]]:
    then, now = ({one.id: one for one in side} for side in (before, after))
    found: dict[str, tuple[Cause, ...]] = {
        one: (Cause(codes[0], one),) for one in now.keys() - then.keys()
    }
    found |= {one: (Cause(codes[1], one),) for one in then.keys() - now.keys()}
    for one in then.keys() & now.keys():
        if then[one] != now[one]:
            changed = dict.fromkeys(_fields(then[one], now[one]))
            found[one] = tuple(Cause(code, one) for code in changed)
    return found


def _fields(before: Person, after: Person) -> Iterator[str]:
    was, now = vars(before), vars(after)
    for name, value in was.items():
        if name == "gaps":
            yield from _gaps(value, now[name])
        elif value != now[name]:
            yield NOTICED.get(name, "profile")


def _gaps(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[str]:
    """A weight rises a little each day; what is due soon changed only where it rose by much."""
    if before.keys() != after.keys():
        yield "evidence"
    elif any(abs(after[one] - before[one]) > MUCH * before[one] for one in before):
        yield "due"


def _pairs(pool: Pool, name: str) -> set[IdPair]:
    return {(researcher, mentor) for researcher, mentor in getattr(pool, name)}
