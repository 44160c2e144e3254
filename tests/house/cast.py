"""Those who ask about everything: who they are on the stage."""

CAST = (
    "anyone",
    "newcomer",
    "peer",
    "researcher",
    "mentor",
    "applicant",
    "organiser",
    "elsewhere",
    "admin",
    "key",
)
NAMES = {
    "newcomer": "Nora",
    "peer": "Pia",
    "researcher": "Ada",
    "mentor": "Max",
    "applicant": "Mia",
    "organiser": "Olga",
    "elsewhere": "Otto",
    "admin": "Amy",
}
