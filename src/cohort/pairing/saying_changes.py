"""Why two runs differ, in sentences for organisers; pure."""

from collections.abc import Mapping

from cohort.pairing.comparing import Cause, PersonChange

OF_PERSON = {
    "came": "{person} came.",
    "left": "{person} is no longer there.",
    "profile": "{person} changed the profile.",
    "evidence": "{person} has other skills to show: evidence came in, or a date drew near.",
    "wishes": "{person} changed the wishes.",
    "answers": "{person} answered questions otherwise.",
    "more_places": "{person} has more free places.",
    "fewer_places": "{person} has fewer free places.",
    "pinned": "{person} was pinned to {other}.",
    "pin_lifted": "The pin of {person} to {other} was lifted.",
    "vetoed": "{person} and {other} were vetoed.",
    "veto_lifted": "The veto of {person} and {other} was lifted.",
    "declined": "{person} and {other} were proposed before, and one of them declined, or it ended.",
    "asked_again": "{person} and {other} may be proposed again.",
    "rules": "The rules changed.",
    "week": "The hours of another week are compared.",
}
NOT_KEPT = "What one of the two runs solved is no longer kept, so nothing is known of why."
BY_RULES = "Nothing changed about these people; the rules did."
BY_OTHERS = "Nothing changed about these people: they move because of what changed for others."


def cause(one: Cause, names: Mapping[str, str]) -> str:
    names = {**names, "": ""}
    return OF_PERSON[one.code].format(
        person=names.get(one.person, "Somebody"), other=names.get(one.other, "somebody")
    )


def why(change: PersonChange, names: Mapping[str, str], *, general: bool) -> str:
    """What changed around someone whose mentor differs; `general` says whether the rules or the
    week did."""
    if change.causes is None:
        return NOT_KEPT
    if not change.causes:
        return BY_RULES if general else BY_OTHERS
    return " ".join(cause(one, names) for one in change.causes)
