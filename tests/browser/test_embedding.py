"""The form of a cohort on a page of another site, in a real browser."""

import re
import threading
from collections.abc import Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, fits, is_accessible

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ORGANISER = "ines.calder@example.org"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def elsewhere(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The example of the docs, on a server of its own, with the address of our site in it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in ("sign-up.html", "sign-up.css"):
        text = (EXAMPLES / name).read_text()
        (folder / name).write_text(text.replace("http://127.0.0.1:8000", site.address))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def name_the_site(visit: Visit, address: str) -> None:
    page = visit(as_=ORGANISER)
    page.goto("/cohorts/demo/settings")
    page.get_by_text("Matching, check-ins and other sites").click()
    page.get_by_label("Sites that may show").fill(address)
    page.get_by_role("button", name="Keep these settings").click()
    expect(page.get_by_text("The settings are kept.")).to_be_visible()


def ask(visit: Visit, name: str) -> None:
    """Yes or no, of mentors only; it is needed."""
    page = visit(as_=ORGANISER)
    page.goto("/cohorts/demo/questions")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Yes or no").check()
    page.get_by_label("How mentors are asked").fill("Would you meet in person?")
    page.get_by_label("An answer is needed").check()
    page.get_by_role("button", name="Ask this").click()
    expect(page.get_by_text(f"“{name}” is asked from now on.")).to_be_visible()
    is_accessible(page)


def delete_question(visit: Visit, name: str) -> None:
    page = visit(as_=ORGANISER)
    page.goto("/cohorts/demo/questions")
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text(f"“{name}” is asked no more.")).to_be_visible()


def fill_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Greta Elsewhere")
    page.get_by_label("E-mail").fill("greta.elsewhere@example.org")
    page.get_by_label("A postdoc").check()
    page.get_by_text("Natural language and speech").first.click()
    page.get_by_label("Machine translation").check()
    page.get_by_label("ML engineer", exact=True).check()
    page.get_by_label("Monitoring", exact=True).check()
    page.get_by_label("English").check()
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_label("Tuesday, 17–20").check()
    page.get_by_label("Tuesday, 20–23").check()
    page.get_by_label("How many researchers").fill("2")


def test_a_stranger_signs_up_on_a_page_of_another_site(
    site: Site, visit: Visit, elsewhere: str
) -> None:
    name_the_site(visit, elsewhere)
    ask(visit, "In person")
    page = visit()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{elsewhere}/sign-up.html")
    fill_in(page)
    page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Why do you want to mentor?: This is needed.")
    is_accessible(page)

    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Greta Elsewhere")
    expect(page.get_by_label("Tuesday, 20–23")).to_be_checked()
    page.get_by_label("Why do you want to mentor?").fill("I had to find the way alone.")
    page.get_by_label(re.compile("organisers may read")).check()
    page.get_by_role("button", name="Send").click()
    expect(summary).to_contain_text("Would you meet in person?: This is needed.")
    page.get_by_role("group", name="Would you meet in person?").get_by_label("No").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("We have sent you a mail")
    assert not [one for one in refused if "Content Security Policy" in one]

    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("")
    mailbox = visit()
    mailbox.goto(f"{site.address}/mailbox")
    expect(mailbox.get_by_text("greta.elsewhere@example.org").first).to_be_visible(timeout=15_000)
    delete_question(visit, "In person")


def test_a_site_that_is_not_named_is_told_so(visit: Visit, elsewhere: str) -> None:
    name_the_site(visit, "https://www.example.org")
    page = visit()
    page.goto(f"{elsewhere}/sign-up.html")
    fill_in(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("This could not be sent.")


def test_the_form_fits_a_phone_and_is_filled_with_the_keyboard(
    visit: Visit, elsewhere: str
) -> None:
    name_the_site(visit, elsewhere)
    page = visit(phone=True)
    page.goto(f"{elsewhere}/sign-up.html")
    expect(page.get_by_label("Your name")).to_be_visible()
    fits(page)
    is_accessible(page)
    page.get_by_label("Your name").focus()
    page.keyboard.type("Kay")
    page.keyboard.press("Tab")
    page.keyboard.type("kay@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("A PhD")).to_be_focused()


def test_without_scripts_a_link_leads_to_our_page(site: Site, visit: Visit, elsewhere: str) -> None:
    page = visit(scripts=False)
    page.goto(f"{elsewhere}/sign-up.html")
    page.get_by_role("link", name="Sign up on the page of the cohort").click()
    expect(page).to_have_url(f"{site.address}/mentors/join/demo")
