"""The forms that texts of ours may have, each with what to say of one that has another."""

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MAYBE_SLUG = rf"^$|{SLUG}"
WEB = r'^https?://[^\s<>"]+$'
MAYBE_WEB = r'^(https?://[^\s<>"]+)?$'
PLAIN_WEB = r"^https?://[!-~]+$"
LANGUAGE = r"^[a-z]{2}$"
QUARTER = r"^([01]\d|2[0-3]):(00|15|30|45)$"
QUARTER_OR_MIDNIGHT = r"^(([01]\d|2[0-3]):(00|15|30|45)|24:00)$"
CHOICE = r"^[a-l]$"
ONE_TIME_CODE = "^[0-9A-Za-z][0-9A-Za-z -]*$"
LINK = r"^[\w-]+$"
RUBRIC_VERSION = r"^[0-9a-f]{24}$"
SEEN = r"^[0-9a-f]{0,64}$"

_WEB = "This must be a whole web address, such as https://example.org/course."
_SLUG = (
    "This must be lower-case letters from a to z and digits, with single hyphens between, such as"
    " machine-translation."
)
EXPECTED = {
    SLUG: _SLUG,
    MAYBE_SLUG: _SLUG,
    WEB: _WEB,
    MAYBE_WEB: _WEB,
    PLAIN_WEB: "This must be a whole web address of plain letters, such as https://example.org/a.",
    LANGUAGE: "This must be the two letters of a language, such as en or de.",
    QUARTER: "This must be a time on a quarter of an hour, such as 09:15.",
    QUARTER_OR_MIDNIGHT: "This must be a time on a quarter of an hour, such as 17:30, or 24:00.",
    CHOICE: "This must be the letter of a choice, such as a.",
    ONE_TIME_CODE: "This must be a code of letters and digits, such as 123456.",
    LINK: "This link is not whole. Open it from the mail again, or copy all of it.",
    RUBRIC_VERSION: "This must be the version of the rubric as it was read, or be left out.",
    SEEN: "This must be the “seen” of the dry run, as it was answered.",
}
OTHERWISE = "This is not in the form that we expect: the reference of the API says which."


def expected(pattern: str) -> str:
    return EXPECTED.get(pattern, OTHERWISE)
