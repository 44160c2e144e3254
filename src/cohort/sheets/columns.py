"""Which column of a spreadsheet says what, by the many titles that people give it; pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Column:
    """One fact of a profile. `many`: several columns may say it, such as Goal 1 and Goal 2.

    `exact`: its titles are known as they stand, also what is in brackets and numbers at the end.
    """

    field: str
    title: str
    also: tuple[str, ...] = ()
    many: bool = False
    exact: bool = False


SHARED = (
    Column("id", "Id", ("Identifier", "Key", "Code", "Person id", "Id number")),
    Column("given", "First name", ("Given name", "Forename")),
    Column("family", "Last name", ("Surname", "Family name")),
    Column("email", "E-mail", ("Mail", "E-mail address", "Mail address")),
    Column(
        "domains",
        "Domains",
        (
            "Research area",
            "Area",
            "Research field",
            "Field",
            "Topic",
            "Research topic",
            "Research interest",
            "Discipline",
            "Area of expertise",
            "Expertise",
        ),
        many=True,
    ),
    Column(
        "contexts",
        "Contexts",
        ("Industry context", "Kind of company", "Company type", "Setting", "Workplace"),
        many=True,
    ),
    Column("languages", "Languages", ("Spoken language", "Languages spoken"), many=True),
    Column("time_zone", "Time zone", ("TZ", "Zone")),
    Column(
        "weekly_hours",
        "Weekly hours",
        ("Availability", "Available hours", "Hours", "Available times", "Free times", "Free hours"),
        many=True,
    ),
    Column(
        "organisations",
        "Organisations",
        ("Organization", "Employer", "Company", "University", "Institution", "Affiliation"),
        many=True,
    ),
)
RESEARCHERS = (
    Column("name", "Name", ("Full name", "Researcher", "Researcher name", "Mentee", "Mentee name")),
    *SHARED,
    Column("about", "About", ("About you", "Bio")),
    Column("stage", "Stage", ("Career stage", "Academic stage", "Level")),
    Column(
        "role_goals",
        "Role goals",
        ("Goal", "Target role", "Role goal", "Career goal", "Desired role", "Dream job"),
        many=True,
    ),
    Column("advisers", "Advisers", ("Advisor", "Supervisor", "PI"), many=True),
    Column(
        "gaps",
        "Skills to show",
        ("Gap", "Skill gap", "Skills to learn", "Skills needed", "Skills wanted", "Missing skills"),
        many=True,
    ),
    Column(
        "wishes",
        "Wishes",
        ("Wish list", "Preferred mentor", "Mentor preference", "Preference", "Shortlist"),
        many=True,
    ),
    Column("current_mentor", "Current mentor", ("Present mentor", "Mentor now")),
    Column(
        "mentors_wanted",
        "Mentors wanted",
        ("Number of mentors", "How many mentors", "Max mentors", "Maximum mentors"),
    ),
)
MENTORS = (
    Column("name", "Name", ("Full name", "Mentor", "Mentor name")),
    *SHARED,
    Column("roles", "Roles", ("Role", "Roles held", "Job title", "Current role", "Job"), many=True),
    Column("skills", "Skills", ("Strengths", "Strong in", "Key skills"), many=True),
    Column("motivation", "Motivation", ("Why you mentor",)),
    Column("came_from", "Came from", ("Background", "Former stage", "Previous stage", "Origin")),
    Column(
        "capacity",
        "Capacity",
        (
            "Max mentees",
            "Maximum mentees",
            "Max number of mentees",
            "Number of mentees",
            "Mentees",
            "Places",
            "Slots",
            "Seats",
        ),
    ),
    Column(
        "at_least",
        "At least",
        ("Min mentees", "Minimum mentees", "Min number of mentees", "At least mentees", "Minimum"),
    ),
    Column(
        "wishes",
        "Wishes",
        ("Wish list", "Preferred researcher", "Preferred mentee", "Preference", "Shortlist"),
        many=True,
    ),
)

ELSEWHERE = {
    "name": ("Vollständiger Name", "Nom", "Nom complet", "Nombre completo"),
    "given": ("Vorname", "Prénom", "Nombre", "Nome"),
    "family": ("Nachname", "Familienname", "Nom de famille", "Apellidos", "Cognome"),
    "email": ("E-Mail-Adresse", "Courriel", "Adresse e-mail", "Correo electrónico"),
    "domains": ("Forschungsgebiet", "Fachgebiet", "Domaine", "Domaine de recherche", "Área"),
    "languages": ("Sprachen", "Langues", "Idiomas", "Lingue"),
    "time_zone": ("Zeitzone", "Fuseau horaire", "Zona horaria"),
    "weekly_hours": ("Verfügbarkeit", "Disponibilité", "Disponibilidad"),
    "organisations": ("Universität", "Firma", "Arbeitgeber", "Université", "Entreprise", "Empresa"),
    "capacity": ("Plätze", "Anzahl Mentees", "Nombre de places", "Plazas"),
}
"""What the commonest columns are called where Excel writes semicolons."""


def letters(place: int) -> str:
    """A, B, …, Z, AA, as spreadsheet programs count columns."""
    return (letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def column_of(title: str, known: Sequence[Column]) -> Column | None:
    keys, whole = _keys(title), {plain(title)} - {""}
    return next(
        (one for one in known if (whole if one.exact else keys) & keys_of(one)),
        None,
    )


@lru_cache(maxsize=2**16)
def plain(text: str) -> str:
    """Letters and digits alone, small and without accents: what two spellings have in common."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or _is_vowel_sign(letter))


def _is_vowel_sign(letter: str) -> bool:
    """What is written like an accent but makes another word, in Indic scripts and in kana."""
    return "\u0900" <= letter < "\ufe00" and (
        unicodedata.category(letter).startswith("M") and unicodedata.combining(letter) in {0, 8}
    )


def _keys(title: str) -> set[str]:
    outside = re.sub(r"\(.*?\)|\[.*?\]", " ", title)
    keys = {plain(title), plain(outside)} - {""}
    keys |= {key.rstrip("0123456789") for key in keys}
    return {key.removesuffix("s") for key in keys}


@lru_cache(maxsize=2**10)
def keys_of(column: Column) -> set[str]:
    """The titles of a column as they are compared."""
    titles = {plain(one) for one in (column.title, *column.also, *ELSEWHERE.get(column.field, ()))}
    return titles if column.exact else {one.removesuffix("s") for one in titles}
