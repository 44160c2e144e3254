"""What a browser sent of a profile: texts, lines, and the ticked boxes of weekly hours."""

from litestar.datastructures import FormMultiDict

from cohort.errors import Invalid
from cohort.http.formats import hours_of_ticks


def texts(sent: FormMultiDict, name: str) -> list[str]:
    return [text for text in sent.getall(name, []) if isinstance(text, str) and text]


def lines(sent: FormMultiDict, name: str) -> list[str]:
    """One entry on each line; what is only white does not count."""
    typed = "\n".join(texts(sent, name)).splitlines()
    return [line.strip() for line in typed if line.strip()]


def hours(sent: FormMultiDict) -> list[dict[str, str]]:
    """The weekly hours of the ticked boxes."""
    try:
        return hours_of_ticks(texts(sent, "weekly_hours"))
    except KeyError as error:
        sentence = "These hours are not on the form. Open the form again."
        raise Invalid.at("weekly_hours", sentence) from error
