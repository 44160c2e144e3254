"""What a button does to a ranked list; pure."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cohort.errors import Invalid
from cohort.wishes.schemas import MOST


class Choice(NamedTuple):
    """Somebody on a list, and why."""

    id: UUID
    reason: str = ""


def after(act: str, ranked: Sequence[Choice]) -> list[Choice]:
    """The list after `keep`, or `add`, `up`, `down` or `remove` and an id: `up:8c5c…`.

    To move the first one up, to add who is there or to remove who is not changes nothing.
    """
    verb, _, who = act.partition(":")
    if verb == "keep":
        return [*ranked]
    try:
        its_id = UUID(who)
        place = {"add": 0, "up": -1, "down": 1, "remove": 0}[verb]
    except (ValueError, KeyError) as error:
        raise Invalid.at("", "We do not know this act. Open the page again.") from error
    found = [*ranked]
    now = next((k for k, one in enumerate(found) if one.id == its_id), None)
    if verb == "add" and now is None:
        if len(found) >= MOST:
            raise Invalid.at("", f"You have ranked {MOST} already. Remove one of them first.")
        found.append(Choice(its_id))
    elif verb == "remove" and now is not None:
        del found[now]
    elif now is not None and place:
        one = found.pop(now)
        found.insert(max(now + place, 0), one)
    return found
