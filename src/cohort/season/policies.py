"""What an organiser may choose before a season: policies that are played side by side; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Policy:
    name: str
    says: str
    publish_every: int = 1
    """Weeks between two publications."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """What differs from the rules that a new cohort has."""
    introduces: bool = False
    """Each week those who wait meet a few mentors, days before the round that pairs them."""


POLICIES = (
    Policy("weekly", "publish each week"),
    Policy("monthly", "publish every fourth week", publish_every=4),
    Policy(
        "sticky",
        "every fourth week, and pairs found in between stay unless others are better by 0.15",
        publish_every=4,
        rules={"aim": {"stickiness": 0.15}},
    ),
    Policy("cover", "weekly, most people first", rules={"aim": {"cover": True}}),
    Policy(
        "restless",
        "weekly, and a mentorship may move for a gain of 0.15",
        rules={"aim": {"least_gain": 0.15}},
    ),
    Policy("introduce", "weekly, after people have met", introduces=True),
    Policy("choosy", "weekly, no pair below 0.35", rules={"requirements": {"least_score": 0.35}}),
)
BY_NAME = {one.name: one for one in POLICIES}
