"""The rules of a matching as a TOML file; pure."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cohort.matching.requirements import BadRules, Requirements
from cohort.matching.scoring import Weights


@dataclass(frozen=True)
class RuleFile:
    """said: the requirements that the file names, and not only inherits."""

    weights: Weights = field(default_factory=Weights)
    requirements: Requirements = field(default_factory=Requirements)
    least_score: float = 0.0
    stickiness: float = 0.0
    said: frozenset[str] = frozenset()


NUMBERS = ("least_score", "stickiness")


def read_rules(text: str) -> RuleFile:
    """`[weights]`, `[requirements]`, `least_score` and `stickiness`; what is left out has its
    default. Raises BadRules with a sentence.
    """
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRules(f"this is not valid TOML: {error}.", "") from error
    requirements = _table(told, "requirements")
    # The platform keeps the least score among the requirements; both places are understood.
    loose = {name: told.pop(name) for name in NUMBERS if name in told}
    loose |= {name: requirements.pop(name) for name in NUMBERS if name in requirements}
    weights = _table(told, "weights")
    _refuse_unknown(told, {"weights", "requirements", *NUMBERS}, "the rules")
    _refuse_unknown(weights, asdict(Weights()), "[weights]")
    _refuse_unknown(requirements, asdict(Requirements()), "[requirements]")
    return RuleFile(
        weights=Weights(**{name: _number(name, value) for name, value in weights.items()}),
        requirements=replace(Requirements(), **dict(_checked(requirements))),
        least_score=_number("least_score", loose.get("least_score", 0.0), most=1.0),
        stickiness=_number("stickiness", loose.get("stickiness", 0.0)),
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
        raise BadRules(f"{name} is {value!r}; it must be a number from 0 to {most:g}.", name)
    return float(value)


def _checked(requirements: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in requirements.items():
        yield name, _number(name, value) if name == "min_shared_hours" else _yes(name, value)


def _yes(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRules(f"{name} is {value!r}; it must be true or false.", name)
    return value
