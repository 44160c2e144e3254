"""Which open skills of a researcher count, and how much: what is due soon, and what is rare.

    skills = min(1, sum of v(s) over the skills s that the mentor is strong in / T)
    v(s)   = gap(s) / log2(1 + c(s))
    T      = the sum of the three greatest v(s)

gap(s) > 0 is how much the researcher misses the skill, the more the sooner it is due; c(s) is how
many mentors of the pool are strong in it. A skill that no mentor has tells nobody apart and is left
out; where none is left, the factor is 0.5 with everybody. To weigh what two share by the inverse
logarithm of how many have it is the index of Adamic and Adar (2003, "Friends and neighbors on the
Web"). The cap makes coverage saturate: nobody is marked down for not teaching thirty skills.

What holds, and a test keeps:

- One more strength never lowers the mentor's own factor: v(s) is added above, and what the skill
  loses in rarity is lost below as well.
- A skill that is missed more never lowers the factor of a mentor who is strong in it.
- A mentor who has none of a researcher's open skills changes none of that researcher's scores, as
  c is a count and not a share. One who does have some makes these less rare: mentors with other
  strengths then count for more beside those with the same. Nothing else of a score depends on who
  else is in the pool.
- The order of people and of skills does not matter: counts and correctly rounded sums.

It costs O(skills) for each researcher.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nlargest
from math import fsum, log2

ENOUGH_SKILLS = 3
"""So many of a researcher's greatest needs are what one mentor can be expected to cover."""


def strengths_of(skills: Iterable[Iterable[str]]) -> dict[str, int]:
    """How many mentors are strong in each skill, from the skills of each mentor."""
    return dict(Counter(skill for some in skills for skill in set(some)))


def needs_of(gaps: Mapping[str, float], strengths: Mapping[str, int]) -> dict[str, float]:
    """What each open skill adds to the factor: v(s) / T, of those that some mentor has.

    Empty where no mentor has any of them.
    """
    values = {
        skill: gap / log2(1 + strengths[skill])
        for skill, gap in gaps.items()
        if strengths.get(skill)
    }
    target = fsum(nlargest(ENOUGH_SKILLS, values.values()))
    return {skill: value / target for skill, value in values.items()}
