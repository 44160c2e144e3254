"""The rules of a matching as a TOML file; pure."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast, get_args

from cohort.pairing.scores.requirements import BadRules, Requirements
from cohort.pairing.scores.scoring import Weights

Objective = Literal["total", "fair"]


@dataclass(frozen=True)
class RuleFile:
    """said: the requirements that the file names, and not only inherits."""

    weights: Weights = field(default_factory=Weights)
    requirements: Requirements = field(default_factory=Requirements)
    least_score: float = 0.0
    stickiness: float = 0.0
    cover: bool = False
    objective: Objective = "total"
    said: frozenset[str] = frozenset()


LOOSE = ("least_score", "stickiness", "cover", "objective")
"""Lines that need no table, and are understood in [requirements] and [aim] too."""


def read_rules(text: str) -> RuleFile:
    """`[weights]`, `[requirements]`, and lines of their own; what is left out has its default.

    Raises BadRules with a sentence.
    """
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRules(f"this is not valid TOML: {error}.", "") from error
    requirements, aim = _table(told, "requirements"), _table(told, "aim")
    loose: dict[str, Any] = {}
    for place in (told, requirements, aim):
        for name in [name for name in LOOSE if name in place]:
            if name in loose:
                raise BadRules(f"{name} is said twice. Leave one of the two lines out.", name)
            loose[name] = place.pop(name)
    weights = _table(told, "weights")
    _refuse_unknown(told, {"weights", "requirements", "aim", *LOOSE}, "the rules")
    _refuse_unknown(weights, asdict(Weights()), "[weights]")
    _refuse_unknown(requirements, asdict(Requirements()), "[requirements]")
    _refuse_unknown(aim, set(LOOSE), "[aim]")
    return RuleFile(
        weights=Weights(**{name: _number(name, value) for name, value in weights.items()}),
        requirements=replace(Requirements(), **dict(_checked(requirements))),
        least_score=_number("least_score", loose.get("least_score", 0.0), most=1.0),
        stickiness=_number("stickiness", loose.get("stickiness", 0.0)),
        cover=_yes("cover", loose.get("cover", False)),
        objective=_objective(loose.get("objective", "total")),
        said=frozenset(requirements),
    )


def _table(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = told.get(name, {})
    if not isinstance(table, dict):
        raise BadRules(f"{name} must be a table: write [{name}] and its lines below.", name)
    return dict(table)


def _refuse_unknown(told: Mapping[str, Any], known: Mapping[str, Any] | set[str], of: str) -> None:
    for name in told:
        if name not in known:
            raise BadRules(f"“{name}” is not one of {of}: {', '.join(sorted(known))}.", name)


def _number(name: str, value: object, *, most: float = 1e6) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadRules(f"{name} is {value!r}; it must be a number from 0 to {most:,.0f}.", name)
    return float(value)


def _checked(requirements: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in requirements.items():
        hours = name == "min_shared_hours"
        yield name, _number(name, value, most=7 * 24) if hours else _yes(name, value)


def _yes(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRules(f"{name} is {value!r}; it must be true or false.", name)
    return value


def _objective(value: object) -> Objective:
    for known in get_args(Objective):
        if value == known:
            return cast("Objective", known)
    raise BadRules(f'objective is {value!r}; it must be "total" or "fair".', "objective")
