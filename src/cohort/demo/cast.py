"""Who the demonstration is about, read from the seed folder."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS = ("domains", "contexts", "languages", "time_zone", "weekly_hours", "organisations")
OF_RESEARCHERS = (*FACTS, "about", "stage", "role_goals", "advisers")


@dataclass(frozen=True)
class CastMember:
    name: str
    email: str


@dataclass(frozen=True)
class CastResearcher(CastMember):
    """`passed`, `waiting` and `again` count milestones by what became of the evidence."""

    profile: Mapping[str, Any]
    wishes: Sequence[str]
    passed: int
    waiting: int
    again: int


@dataclass(frozen=True)
class CastMentor(CastMember):
    profile: Mapping[str, Any]
    wishes: Sequence[str]
    state: str


@dataclass(frozen=True)
class CastApplicant(CastMember):
    """Wants a seat in the next cohort; `decision` is empty where nobody has decided."""

    profile: Mapping[str, Any]
    scores: Sequence[int]
    decision: str


@dataclass(frozen=True)
class CastInvited:
    """Lines as an organiser pastes them."""

    researchers: Sequence[str]
    mentors: Sequence[str]
    note: str


@dataclass(frozen=True)
class Texts:
    """What people write: evidence by milestone, remarks about any of it, and comments."""

    evidence: Mapping[str, Sequence[str]]
    remarks: Sequence[str]
    passed: Sequence[str]
    again: Sequence[str]


@dataclass(frozen=True)
class Cast:
    admin: CastMember
    organiser: CastMember
    researchers: Sequence[CastResearcher]
    mentors: Sequence[CastMentor]
    applicants: Sequence[CastApplicant]
    invited: CastInvited
    words: Texts


def read_cast(seed: Path) -> Cast:
    people, evidence = _read(seed / "people.toml"), _read(seed / "evidence.toml")
    story, next_one = people["story"], _read(seed / "applicants.toml")
    return Cast(
        admin=CastMember(**people["admin"]),
        organiser=CastMember(**people["organiser"]),
        researchers=[_researcher(row) for row in people["researcher"]],
        mentors=[_mentor(row) for row in people["mentor"]],
        applicants=[_applicant(row) for row in next_one["applicant"]],
        invited=CastInvited(
            next_one["invited_researchers"], next_one["invited_mentors"], next_one["invitation"]
        ),
        words=Texts(evidence, story["evidence"], story["passed"], story["again"]),
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _researcher(row: Mapping[str, Any]) -> CastResearcher:
    return CastResearcher(
        name=row["name"],
        email=row["email"],
        profile={name: row[name] for name in OF_RESEARCHERS},
        wishes=row["wishes"],
        passed=row["passed"],
        waiting=row["waiting"],
        again=row["again"],
    )


def _applicant(row: Mapping[str, Any]) -> CastApplicant:
    return CastApplicant(
        name=row["name"],
        email=row["email"],
        profile={name: row[name] for name in OF_RESEARCHERS},
        scores=row["scores"],
        decision=row["decision"],
    )


def _mentor(row: Mapping[str, Any]) -> CastMentor:
    own = (*FACTS, "roles", "skills", "came_from", "capacity", "motivation")
    return CastMentor(
        name=row["name"],
        email=row["email"],
        profile={name: row[name] for name in own},
        wishes=row["wishes"],
        state=row["state"],
    )
