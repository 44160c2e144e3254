"""Why two runs differ, and what repairs and swaps cost, in sentences for organisers; pure."""

from collections.abc import Mapping

from cohort.pairing import saying
from cohort.pairing.comparing import Cause, PersonChange
from cohort.pairing.repairing import RepairOption, SwapPrice

OF_PERSON = {
    "waits": "{person} waits for a mentor now.",
    "waits_no_more": "{person} does not wait for a mentor any more.",
    "goes_first": "{person} goes first, as the mentor has left.",
    "came": "{person} takes part as a mentor now.",
    "left": "{person} does not take part as a mentor any more.",
    "profile": "{person} changed the profile.",
    "evidence": "{person} has other skills to show.",
    "due": "{person} has other skills to show soon.",
    "wishes": "{person} changed the wishes.",
    "answers": "{person} answered questions otherwise.",
    "more_places": "{person} has more free places.",
    "fewer_places": "{person} has fewer free places.",
    "pinned": "{person} was pinned to {other}.",
    "pin_lifted": "The pin of {person} to {other} was lifted.",
    "vetoed": "{person} and {other} were vetoed.",
    "veto_lifted": "The veto of {person} and {other} was lifted.",
    "declined": "{person} and {other} were proposed, and one of them declined.",
    "ended": "The mentorship of {person} and {other} ended.",
    "kept_apart": "{person} and {other} are kept apart now.",
    "not_kept_apart": "{person} and {other} are not kept apart any more.",
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


def repair_price(one: RepairOption, total: float) -> str:
    """What a way on loses against the best of those who are left, as a sentence."""
    if one.is_best:
        return "No other way is better."
    if one.fewer_placed > 0:
        fewer = saying.fewer(one.fewer_placed).capitalize()
        return f"{fewer} would have a mentor than by the best way."
    if one.loss <= 0:
        return "The total of all scores would be as high as by the best way."
    return f"The total of all scores would be {saying.amount(one.loss, total)} below the best way."


def swap_price(one: SwapPrice, total: float) -> str:
    """What a swap costs, as sentences."""
    if one.fewer_placed > 0:
        return f"{saying.fewer(one.fewer_placed).capitalize()} would have a mentor."
    if one.cost <= 0:
        return "Nothing would be lost: the total would be just as high."
    said = f"The total of all scores would fall by {saying.amount(one.cost, total)}."
    if -one.alone - one.cost > saying.SAME:
        said += f" If nobody else moved, it would fall by {saying.amount(-one.alone, total)}."
    return said


def cannot_swap(one: SwapPrice, names: Mapping[str, str]) -> str:
    """What forbids the new pairs, and what to do."""
    return " ".join(
        f"{names[researcher]} and {names[mentor]} cannot be a pair: "
        f"{' and '.join(saying.WHY_NOT.get(name, name) for name in why) or 'a rule forbids it'}."
        for researcher, mentor, why in one.ruled_out
    )


def lock_cost(loss: float | None, fewer_placed: int, total: float) -> str:
    """What it costs now to keep pairs, as sentences."""
    if fewer_placed > 0:
        return f"{saying.fewer(fewer_placed).capitalize()} would have a mentor than without it."
    if loss is None:
        return "What this costs is not known: the aim is fairness, or the cohort is too large."
    if loss <= saying.SAME:
        return "Nothing would be lost: no better pairs could be had now."
    return f"The total of all scores would be {saying.amount(loss, total)} below the highest now."
