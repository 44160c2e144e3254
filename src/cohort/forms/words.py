"""What the public forms say, in English and German: the title of each field, and its help."""

from enum import StrEnum
from typing import NamedTuple


class FormLanguage(StrEnum):
    EN = "en"
    DE = "de"


class FormKind(StrEnum):
    MENTOR = "mentor"
    RESEARCHER = "researcher"


class Words(NamedTuple):
    """Of one field in one language."""

    title: str
    help: str = ""


EN, DE = FormLanguage.EN, FormLanguage.DE
MORE = {EN: "A few more questions", DE: "Ein paar weitere Fragen"}
"""The step of the organisers' own questions, whose words are theirs."""
TITLES = {
    FormKind.MENTOR: {EN: "Mentor in {cohort}", DE: "Mentor werden in {cohort}"},
    FormKind.RESEARCHER: {EN: "Apply to {cohort}", DE: "Bewerbung für {cohort}"},
}
INVITED = {
    FormKind.MENTOR: {EN: "Mentor in {cohort}", DE: "Mentor werden in {cohort}"},
    FormKind.RESEARCHER: {EN: "Your seat in {cohort}", DE: "Ihr Platz in {cohort}"},
}
STEPS: dict[FormKind, list[tuple[dict[FormLanguage, str], list[str]]]] = {
    FormKind.MENTOR: [
        ({EN: "You", DE: "Über Sie"}, ["name", "email", "came_from", "organisations"]),
        ({EN: "What you know", DE: "Was Sie können"}, ["domains", "roles", "contexts", "skills"]),
        (
            {EN: "When and how", DE: "Wann und wie"},
            ["languages", "time_zone", "weekly_hours", "capacity"],
        ),
        ({EN: "In your words", DE: "In Ihren Worten"}, ["motivation", "consent"]),
    ],
    FormKind.RESEARCHER: [
        ({EN: "You", DE: "Über Sie"}, ["name", "email", "stage", "about"]),
        ({EN: "What you want", DE: "Was Sie wollen"}, ["domains", "role_goals", "contexts"]),
        ({EN: "When and how", DE: "Wann und wie"}, ["languages", "time_zone", "weekly_hours"]),
        ({EN: "Whom to keep apart", DE: "Wer nicht passt"}, ["organisations", "advisers"]),
    ],
}
"""The steps of each form, and the order of the fields in them."""

FIELDS: dict[str, dict[FormLanguage, Words]] = {
    "name": {EN: Words("Your name"), DE: Words("Ihr Name")},
    "email": {
        EN: Words("E-mail", "We send a link to it, to be sure that it is yours."),
        DE: Words("E-Mail", "Wir schicken einen Link dorthin, um die Adresse zu bestätigen."),
    },
    "came_from": {
        EN: Words("Where were you before industry?"),
        DE: Words("Wo waren Sie vor der Industrie?"),
    },
    "organisations": {
        EN: Words("Where you work or study now", "Nobody from the same place is matched with you."),
        DE: Words("Wo Sie jetzt arbeiten oder studieren", "Von dort wird Ihnen niemand zugeteilt."),
    },
    "domains": {
        EN: Words("Fields", "The one to ten that describe your work best."),
        DE: Words("Fachgebiete", "Die ein bis zehn, die Ihre Arbeit am besten beschreiben."),
    },
    "roles": {
        EN: Words("Roles that you hold or held"),
        DE: Words("Rollen, die Sie haben oder hatten"),
    },
    "role_goals": {
        EN: Words("The roles you want, the dearest first", "One is enough."),
        DE: Words("Ihre Wunschrollen, die liebste zuerst", "Eine genügt."),
    },
    "contexts": {EN: Words("Kinds of employer"), DE: Words("Arten von Arbeitgebern")},
    "skills": {EN: Words("What you are strong in"), DE: Words("Worin Sie stark sind")},
    "languages": {
        EN: Words("Languages you could meet in"),
        DE: Words("Sprachen, in denen Sie sich treffen können"),
    },
    "time_zone": {EN: Words("Time zone"), DE: Words("Zeitzone")},
    "weekly_hours": {
        EN: Words("Hours that suit you", "In your own time zone, in an ordinary week."),
        DE: Words("Passende Stunden", "In Ihrer Zeitzone, in einer gewöhnlichen Woche."),
    },
    "capacity": {
        EN: Words("How many researchers at the same time?", "You can change this at any time."),
        DE: Words("Wie viele Personen gleichzeitig?", "Das können Sie jederzeit ändern."),
    },
    "motivation": {
        EN: Words("Why do you want to mentor?", "The researcher proposed to you reads this."),
        DE: Words("Warum möchten Sie begleiten?", "Wer Ihnen vorgeschlagen wird, liest das."),
    },
    "about": {
        EN: Words("What you work on, in a few sentences", "Your mentor reads this first."),
        DE: Words("Woran Sie arbeiten, in ein paar Sätzen", "Ihr Mentor liest das zuerst."),
    },
    "stage": {
        EN: Words("Where you are in research"),
        DE: Words("Wo Sie in der Forschung stehen"),
    },
    "advisers": {
        EN: Words("Your advisers", "Names or e-mail addresses. None becomes your mentor."),
        DE: Words("Ihre Betreuer", "Namen oder E-Mail-Adressen. Niemand davon wird Mentor."),
    },
    "consent": {
        EN: Words("The organisers may read this and show it to those they propose to me"),
        DE: Words("Die Organisatoren dürfen dies lesen und Vorgeschlagenen zeigen"),
    },
}
CHOICES: dict[str, dict[str, dict[FormLanguage, str]]] = {
    "came_from": {
        "phd": {EN: "A PhD", DE: "Promotion"},
        "postdoc": {EN: "A postdoc", DE: "Postdoc"},
        "researcher": {EN: "Another research position", DE: "Andere Stelle in der Forschung"},
        "industry": {EN: "Industry from the start", DE: "Von Anfang an Industrie"},
    },
    "stage": {
        "phd": {EN: "PhD student", DE: "Promotion"},
        "postdoc": {EN: "Postdoc", DE: "Postdoc"},
        "researcher": {EN: "Researcher after that", DE: "Forschung danach"},
    },
}
ANSWERED = {
    EN: "Thank you. We have your answer. A mail says how to choose a first password.",
    DE: "Danke. Wir haben Ihre Antwort. Wie Sie ein erstes Passwort wählen, steht in einer E-Mail.",
}
DECLINED = {
    EN: "Thank you for saying so. We do not write again.",
    DE: "Danke für Ihre Antwort. Wir schreiben nicht noch einmal.",
}
THANKS = {
    EN: "Thank you. We have sent you a mail: open its link, and this counts.",
    DE: "Danke. Wir haben Ihnen eine E-Mail geschickt: Erst ihr Link macht dies gültig.",
}
