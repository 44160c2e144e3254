"""A passkey in a real Chromium, with a device that the browser plays."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit, fits, is_accessible

RESEARCHER = "nadia.benhaddou@example.org"
"""Nobody else signs in as her: after this, a password alone is not enough."""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_signs_in(visit: Visit) -> None:
    page = visit(as_=RESEARCHER)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    page.goto("/account/signing-in")
    is_accessible(page)
    fits(page)
    page.get_by_label("Name of a new passkey").fill("my laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    fits(page)
    page.goto("/account/signing-in")
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/account/signing-in")
    expect(page.get_by_role("row", name="my laptop")).not_to_contain_text("Never")
