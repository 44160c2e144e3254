"""How long something takes, where the text says so: “Lab 2 (3 hours)”, “Quiz – 45 min”; pure."""

import math
import re

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_STATED = re.compile(
    r"(?:[(\[]|(?<=\s)[–—-]\s)(?:about |approx\.? |ca\.? |~ ?|≈ ?)?"
    rf"(?:{_NUMBER} ?(?:-|–|to) ?)?{_NUMBER} ?(h|hrs?|hours?|min|mins|minutes)\.?[)\]]?$",
    re.IGNORECASE,
)
LONGEST = 60
"""Characters at the end of a title in which a time is looked for."""


def without_hours(title: str) -> tuple[str, int | None]:
    """The title without the time at its end, and whole hours, rounded up; of a span the greater."""
    title = title.rstrip()
    start = max(0, len(title) - LONGEST)
    found = _STATED.search(title, start)
    if found is None or not title[: found.start()].strip():
        return title, None
    amount = float(found[2].replace(",", "."))
    hours = math.ceil(amount / 60 if found[3].lower().startswith("m") else amount)
    return title[: found.start()].rstrip(" ,:;–—-"), max(1, hours)
