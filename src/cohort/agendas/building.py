"""An agenda out of a plan; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cohort.study.models import ItemState

AHEAD = timedelta(weeks=4)
OWED = (ItemState.OPEN, ItemState.AGAIN)


def lists_of(
    items: Sequence[Mapping[str, Any]],
    *,
    since: datetime,
    now: datetime,
    ahead: timedelta = AHEAD,
) -> dict[str, list[dict[str, Any]]]:
    """The lists of AgendaOut, from items with the fields of PlanItemOut, in their order.

    A milestone that is both failed and late is among the failed.
    """
    lists: dict[str, list[dict[str, Any]]] = {"passed": [], "again": [], "late": [], "due": []}
    for item in items:
        name = _list_of(item, since=since, now=now, ahead=ahead)
        if name is not None:
            shown = {
                "item_id": item["id"],
                "title": item["milestone"]["title"],
                "skills": item["milestone"]["skills"],
                **{one: item[one] for one in ("state", "due_at", "passed_at")},
            }
            lists[name].append(shown)
    return lists


def _list_of(
    item: Mapping[str, Any], *, since: datetime, now: datetime, ahead: timedelta
) -> str | None:
    if item["state"] == ItemState.PASSED:
        return "passed" if item["passed_at"] is not None and item["passed_at"] >= since else None
    if item["state"] == ItemState.AGAIN:
        return "again"
    if item["state"] == ItemState.OPEN and item["due_at"] <= now + ahead:
        return "late" if item["due_at"] < now else "due"
    return None
