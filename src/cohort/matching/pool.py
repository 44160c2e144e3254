"""Everything that one run solves, as one value that can be checked and repeated; pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

from cohort.matching.profiles import Mentor, Researcher
from cohort.matching.scoring import Requirements, Weights
from cohort.matching.taxonomy import Taxonomy

IdPair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Who waits for a mentor, who has room, and what was decided before.

    places     the free places of each mentor, in the order of `mentors`; 0 is possible.
    floor      nobody is paired below this score.
    pins, vetoes, declined, blocks   pairs of (researcher id, mentor id).
    incumbents  the mentor whom a researcher has now, by id; `stickiness` is added to their score.
    cover, objective   as in `Problem`: place as many as can be first; the highest total, or fair.
    names      of everybody who may have to be named in a sentence, by id.
    titles     words for slugs and language codes; they are said, not solved.
    """

    week: date
    researchers: Sequence[Researcher]
    mentors: Sequence[Mentor]
    places: Sequence[int]
    taxonomy: Taxonomy
    weights: Weights = field(default_factory=Weights)
    requirements: Requirements = field(default_factory=Requirements)
    floor: float = 0.0
    pins: Sequence[IdPair] = ()
    vetoes: Sequence[IdPair] = ()
    declined: Sequence[IdPair] = ()
    blocks: Sequence[IdPair] = ()
    incumbents: Mapping[str, str] = field(default_factory=dict)
    stickiness: float = 0.0
    cover: bool = False
    objective: Literal["total", "fair"] = "total"
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 of all that decides the result, as JSON with sorted keys; hexadecimal."""
        solved = {
            "week": self.week.isoformat(),
            "researchers": [asdict(one) for one in self.researchers],
            "mentors": [asdict(one) for one in self.mentors],
            "places": list(self.places),
            "taxonomy": dict(self.taxonomy.parents),
            "weights": asdict(self.weights),
            "requirements": asdict(self.requirements),
            "floor": self.floor,
            "pins": sorted(self.pins),
            "vetoes": sorted(self.vetoes),
            "declined": sorted(self.declined),
            "blocks": sorted(self.blocks),
            "incumbents": sorted(self.incumbents.items()),
            "stickiness": self.stickiness,
            "cover": self.cover,
            "objective": self.objective,
        }
        text = json.dumps(solved, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
