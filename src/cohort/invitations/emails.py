"""What we write to those who are invited."""

from urllib.parse import urlencode, urlsplit

from cohort.invitations.models import MailedInvitation
from cohort.mail import Message


def invitation(one: MailedInvitation, token: str) -> Message:
    context = {
        "invitation": one,
        "name": one.name,
        "cohort": one.cohort,
        "inviter": one.inviter.name,
        "token": token,
        "page_url": _on_site(one.page_url, token) if one.page_url else None,
    }
    return Message(one.email, "invitation", context, kind="invitations")


def _on_site(page_url: str, token: str) -> str:
    """The address of a page of another site, with the token where the form looks for it."""
    address = urlsplit(page_url)
    query = "&".join(filter(None, [address.query, urlencode({"invitation": token})]))
    return address._replace(query=query).geturl()
