"""Why this mentor: numbers, and a sentence that a researcher understands."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cohort.assignment.problem import Ints
from cohort.pairing.fit import Fit, fit_of
from cohort.pairing.rules import OwnFactor
from cohort.pairing.scores.answers import alike, choices_of, chosen
from cohort.pairing.scores.personal import shares_between
from cohort.pairing.scores.profiles import (
    Answer,
    MentorProfile,
    Profiles,
    ResearcherProfile,
    answer_of,
)
from cohort.pairing.scores.scoring import Scores
from cohort.pairing.scores.taxonomy import Taxonomy

ORDINALS = ("first", "second", "third", "fourth", "fifth")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STAGE_PHRASES = {"phd": "a PhD", "postdoc": "a postdoc", "researcher": "research"}
MOST_NAMED = 4
MOST_PEOPLE = 8
WISHES = "wishes"
CLOSE = 0.5
"""What two domains have that share no more than a top branch, at most."""


@dataclass(frozen=True)
class Explanation:
    """The score of one pair, its factors in [0, 1], their shares of the weight; in words.

    `usual` are the shares by the rules alone, without what either of the two weighs otherwise.
    """

    score: float
    factors: dict[str, float]
    shares: dict[str, float]
    usual: dict[str, float]
    fit: Fit
    sentence: str


def explain(
    scores: Scores, pairs: Ints, *, titles: Mapping[str, str], private: Collection[str] = ()
) -> Iterator[Explanation]:
    """Why each of these pairs suits: int[k, 2] rows and columns of the scores.

    `titles` has the words for slugs and language codes. No reason tells what is `private`: an
    answer to one of these questions, or with `WISHES` among them who asked for whom.
    """
    answered = [name for name in scores.people.own if name not in private]
    tells_wishes = WISHES not in private
    details, usual = scores.details(pairs), scores.weights.shares()
    for k, (i, j) in enumerate(pairs.tolist()):
        factors = {name: float(values[k]) for name, values in details.factors.items()}
        yield Explanation(
            score=float(scores.total[i, j]),
            factors=factors,
            shares=shares_between(
                scores.weights, scores.people.researchers[i], scores.people.mentors[j]
            ),
            usual=usual,
            fit=fit_of(factors, usual, _stated(scores.people, i)),
            sentence=_sentence(
                scores.people, i, j, float(details.hours[k]), titles, answered, tells_wishes
            ),
        )


def _stated(people: Profiles, i: int) -> set[str]:
    """The factors of `fit.JUDGED` about which the researcher stated something."""
    one = people.researchers[i]
    stated = {"domain": one.domains, "role": one.role_goals, "skills": people.needs[i]}
    return {name for name, words in stated.items() if words}


def _sentence(
    people: Profiles,
    i: int,
    j: int,
    hours: float,
    titles: Mapping[str, str],
    answered: Sequence[str],
    tells_wishes: bool,  # noqa: FBT001
) -> str:
    researcher, mentor = people.researchers[i], people.mentors[j]
    clauses = [
        _shared_domain(researcher, mentor, people.taxonomy, titles),
        _shared_role(researcher, mentor, titles),
        _open_skills(people.needs[i], mentor, titles),
        _same_move(researcher, mentor),
        _wish(researcher, mentor) if tells_wishes else "",
    ]
    shared = [clause for clause in clauses if clause]
    opening = f"{mentor.name} {'; '.join(shared) or _nothing_shared(researcher)}"
    meeting = [_hours(hours), _languages(researcher, mentor, titles)]
    answers = [_answers(name, people.own[name], researcher, mentor) for name in answered]
    return "; ".join([opening, *(one for one in (*meeting, *answers) if one)]) + "."


def _nothing_shared(researcher: ResearcherProfile) -> str:
    asked = (researcher.domains, researcher.role_goals, researcher.contexts, researcher.gaps)
    if not any(asked):
        return "meets every requirement; you have named no fields or goals yet"
    return "meets every requirement, but shares none of your fields or goals"


def _shared_domain(
    researcher: ResearcherProfile,
    mentor: MentorProfile,
    taxonomy: Taxonomy,
    titles: Mapping[str, str],
) -> str:
    position, closeness = taxonomy.closeness
    near = [
        (closeness[position[hers], position[theirs]], hers, theirs)
        for hers in researcher.domains
        for theirs in mentor.domains
        if hers in position and theirs in position
    ]
    how_near, hers, theirs = max(near, key=lambda one: one[0], default=(0.0, "", ""))
    if how_near == 0:
        return ""
    if hers == theirs:
        return f"works on {titled(theirs, titles)}, as you do"
    where = "close to" if how_near > CLOSE else "in the same broad field as"
    return f"works on {titled(theirs, titles)}, {where} your {titled(hers, titles)}"


def _shared_role(
    researcher: ResearcherProfile, mentor: MentorProfile, titles: Mapping[str, str]
) -> str:
    for rank, goal in enumerate(researcher.role_goals):
        if goal in mentor.roles:
            which = ORDINALS[min(rank, len(ORDINALS) - 1)]
            return f"knows the role of {titled(goal, titles)}, your {which} goal"
    shared = [one for one in researcher.contexts if one in mentor.contexts]
    return f"knows the setting you aim for ({titled(shared[0], titles)})" if shared else ""


def _open_skills(
    needs: Mapping[str, float], mentor: MentorProfile, titles: Mapping[str, str]
) -> str:
    """What counts most first."""
    by_weight = sorted(needs, key=lambda skill: (-needs[skill], skill))
    strong = [skill for skill in by_weight if skill in mentor.skills]
    if not strong:
        return ""
    named = [titled(skill, titles) for skill in strong[:MOST_NAMED]]
    more = len(strong) - len(named)
    which = [*named, counted(more, "other skill")] if more else named
    return f"is strong in {listed(which)}, which you still have to show"


def _same_move(researcher: ResearcherProfile, mentor: MentorProfile) -> str:
    if not researcher.stage or researcher.stage != mentor.came_from:
        return ""
    same_end = any(goal in mentor.roles for goal in researcher.role_goals)
    start = STAGE_PHRASES.get(researcher.stage, researcher.stage)
    return f"made the same move, from {start}" if same_end else f"also came from {start}"


def _wish(researcher: ResearcherProfile, mentor: MentorProfile) -> str:
    hers, theirs = mentor.id in researcher.wishes, researcher.id in mentor.wishes
    if hers and theirs:
        return "is someone you asked for, and asked for you"
    return "is someone you asked for" if hers else "asked for you" if theirs else ""


def _hours(hours: float) -> str:
    return f"you share {hours:g} {'hour' if hours == 1 else 'hours'} a week" if hours else ""


def _languages(
    researcher: ResearcherProfile, mentor: MentorProfile, titles: Mapping[str, str]
) -> str:
    both = [titles.get(one, one) for one in researcher.languages if one in mentor.languages]
    return f"you both speak {listed(both)}" if both else ""


def _answers(
    name: str, factor: OwnFactor, researcher: ResearcherProfile, mentor: MentorProfile
) -> str:
    """What speaks for the pair in what both answered to one question."""
    hers, theirs = answer_of(researcher, name), answer_of(mentor, name)
    if hers is None or theirs is None:
        return ""
    if factor.compare == "overlap":
        both = [one for one in choices_of(hers) if chosen(one) & chosen(theirs)]
        return f"you both chose {listed(both)} for “{name}”" if both else ""
    if factor.compare == "same":
        same = alike(hers) == alike(theirs)
        return f"you both answered {said(hers)} to “{name}”" if same else ""
    if factor.compare == "different":
        return "" if alike(hers) == alike(theirs) else f"you differ in “{name}”"
    return _numbers(name, factor, hers, theirs)


def _numbers(name: str, factor: OwnFactor, hers: Answer, theirs: Answer) -> str:
    assert isinstance(hers, int | float)  # noqa: S101  `Profiles` refuses what is none
    assert isinstance(theirs, int | float)  # noqa: S101
    if factor.compare == "at_least":
        enough = f"you asked for at least {hers:g} in “{name}”, which is {theirs:g}"
        return enough if theirs >= hers else ""
    near = abs(hers - theirs) < (factor.width or 0.0)
    return f"your answers to “{name}” are near ({hers:g} and {theirs:g})" if near else ""


def said(answer: Answer) -> str:
    """An answer in a sentence: words in marks, numbers bare."""
    if isinstance(answer, int | float):
        return f"{answer:g}"
    return f"“{answer}”" if isinstance(answer, str) else listed([f"“{one}”" for one in answer])


def titled(slug: str, titles: Mapping[str, str]) -> str:
    """A term as it stands inside a sentence: small, unless it is an acronym or a person's name."""
    title = titles.get(slug, slug)
    first = title.partition(" ")[0]
    keeps = not first[1:].islower() or first.endswith("ian")  # MLOps, 3D; Bayesian, Gaussian
    return title if keeps else title[:1].lower() + title[1:]


def listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def some_of(names: Sequence[str]) -> str:
    """The names as in a sentence; of many the first, and how many more there are."""
    more = len(names) - MOST_PEOPLE
    return listed([*names[:MOST_PEOPLE], f"{more:,} more"] if more > 0 else names) if names else ""


def counted(number: int, noun: str) -> str:
    return f"{in_words(number)} {noun}{'' if number == 1 else 's'}"


def in_words(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
