"""ETag and If-Match: nobody overwrites a change that they have not seen."""

from cohort.errors import NeedsIfMatch, Stale


def etag(version: object) -> str:
    """A form sends the version that it was made from as it came: what is none matches none."""
    return f'"{version}"'


def require_match(if_match: str | None, version: object) -> None:
    if if_match is None:
        raise NeedsIfMatch
    if if_match.strip().removeprefix("W/") not in {etag(version), "*"}:
        raise Stale
