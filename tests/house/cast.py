"""Those who ask about everything, and who they are on the stage."""

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
CAST = ("anyone", *NAMES, "key")
