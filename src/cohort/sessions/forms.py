"""Sessions as organisers type them: the usual ways to repeat by name, any other as a rule."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from cohort.http.fields import Day
from cohort.http.forms import Form, Sent, checked
from cohort.sessions.models import LiveSession
from cohort.sessions.schemas import Repeats, SessionChange, SessionIn

EVERY = [
    {"value": "", "label": "It does not repeat"},
    {"value": "FREQ=WEEKLY", "label": "Every week"},
    {"value": "FREQ=WEEKLY;INTERVAL=2", "label": "Every second week"},
    {"value": "FREQ=MONTHLY", "label": "Every month, on the same day of the month"},
    {"value": "rule", "label": "By a rule of my own, which I give below"},
]
LENGTHS = (30, 45, 60, 90, 120)
SHOWN = ("title", "about", "host", "minutes", "link", "recording_link", "notes_link")


def _nothing(typed: Any) -> Any:
    """Browsers send a day that was left empty as ""."""
    return None if typed == "" else typed


class SessionForm(SessionIn):
    every: Literal["", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY", "rule"] = ""
    last_day: Annotated[Day | None, BeforeValidator(_nothing)] = None
    rule: Repeats = ""

    def asked(self) -> SessionIn:
        given = self.model_dump(exclude={"every", "last_day", "rule", "repeats"})
        return SessionIn.model_validate(given | {"repeats": self._repeats()})

    def _repeats(self) -> str:
        if self.every == "rule" or not self.every:
            return self.rule if self.every else ""
        return f"{self.every};UNTIL={self.last_day:%Y%m%d}" if self.last_day else self.every


def read_new(sent: Sent) -> Form[SessionForm]:
    form = checked(SessionForm, _seats(sent.as_typed(SessionForm)))
    if form.value is not None and form.value.every == "rule" and not form.value.rule:
        errors = {"rule": "Give a rule, such as FREQ=WEEKLY;BYDAY=TU,TH."}
        return Form(form.typed, None, errors, 422)
    return form


def read_change(sent: Sent) -> Form[SessionChange]:
    return checked(SessionChange, _seats(sent.as_typed(SessionChange)))


def _seats(typed: dict[str, Any]) -> dict[str, Any]:
    """No number of seats is as many as come."""
    return typed | {"capacity": "0"} if typed.get("capacity") == "" else typed


def shown(session: LiveSession, day: str, hour: str) -> dict[str, Any]:
    """What the form to change a session begins with."""
    facts = {name: str(getattr(session, name)) for name in SHOWN}
    version = str(session.version)
    return facts | {
        "capacity": str(session.capacity),
        "day": day,
        "hour": hour,
        "version": version,
    }


def only_new(session: LiveSession, asked: SessionChange) -> SessionChange:
    """A form sends every field; what stays as it was is not to reach those that follow."""
    there = session.starts_at.astimezone(ZoneInfo(session.cohort.time_zone))
    stored = {name: getattr(session, name) for name in (*SHOWN, "capacity")}
    stored |= {"day": there.date(), "hour": there.time()}
    same = {name: None for name, value in stored.items() if getattr(asked, name) == value}
    return asked.model_copy(update=same)


def lengths(minutes: str) -> list[dict[str, str]]:
    """With the one that was chosen, where it is not a usual one."""
    usual = [{"value": str(one), "label": f"{one} minutes"} for one in LENGTHS]
    if not minutes.isdecimal() or minutes in {one["value"] for one in usual}:
        return usual
    return [{"value": minutes, "label": f"{minutes} minutes"}, *usual]
