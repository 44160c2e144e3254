"""People at work in a browser: what a newcomer of the README does, and that it is fit for all."""

import html
import re
from http import HTTPStatus

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, fits, is_accessible, sign_in

ORGANISER = "ines.calder@example.org"
RESEARCHER = "diego.alencastro@example.org"
WAITING = "tomasz.wilkowski@example.org"
MENTOR = "mateus.figueira@example.org"


def test_a_newcomer_reads_pairs_signs_in_and_finds_them_on_a_page(site: Site) -> None:
    assert "Without a mentor this time" in site.printed
    assert re.search(r"no\s+other\s+assignment\s+is\s+better", site.printed)
    assert site.address in site.printed
    pairs = re.findall(
        r"^  0\.\d\d (?:strong|good|fair|weak) +(\S.*?) +→  (.+)$", site.printed, re.MULTILINE
    )
    assert len(pairs) >= 6
    page = page_of_the_organiser(site)
    assert all(name in page for pair in pairs for name in pair)
    assert max(map(len, site.printed.splitlines())) < 90
    assert site.noise.read_text() == ""


def page_of_the_organiser(site: Site) -> str:
    """The round's page, reached with what the terminal says."""
    found = re.search(r"(http://localhost:\d+)(/rounds/\S+)", site.printed)
    password = re.search(r"with the password: (.+)", site.printed)
    email = re.search(r"^  organiser +(\S+)", site.printed, re.MULTILINE)
    assert found
    assert password
    assert email
    with httpx.Client(base_url=found[1], headers={"origin": found[1]}) as visitor:
        form = {"email": email[1], "password": password[1]}
        assert visitor.post("/login", data=form).status_code == HTTPStatus.SEE_OTHER
        return html.unescape(visitor.get(found[2]).text)


def open_the_cohort(page: Page) -> None:
    page.goto("/cohorts/demo")
    expect(page.get_by_role("heading", level=1)).to_contain_text("demo")


def open_the_plan(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Your plan").first.click()


def go_on(page: Page) -> None:
    """To the next step; without scripts all steps are on one page."""
    button = page.get_by_role("button", name="Next")
    if button.count():
        button.click()


def fill_in_the_sign_up(page: Page, name: str, email: str) -> None:
    page.goto("/mentors/join/demo")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    go_on(page)
    page.get_by_label("A postdoc").check()
    go_on(page)
    page.get_by_text("Natural language and speech", exact=False).first.click()
    page.get_by_label("Machine translation").check()
    page.get_by_label("ML engineer", exact=True).check()
    page.get_by_label("Monitoring", exact=True).check()
    go_on(page)
    page.get_by_label("Time zone").fill("Berlin")
    for band in ("17 to 20", "20 to 23"):
        page.get_by_label(f"Tuesday, {band}").check(force=True)
        page.get_by_label(f"Thursday, {band}").check(force=True)
    page.get_by_label("How many researchers").fill("3")
    go_on(page)
    page.get_by_label("Why do you want to mentor?").fill("I had to find the way alone.")
    go_on(page)
    go_on(page)  # no pause
    page.get_by_label(re.compile("organisers may read")).check()
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("Berlin, Germany")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_newcomer_signs_a_mentor_up_approves_her_and_sees_her_proposed(
    visit: Visit, *, scripts: bool
) -> None:
    """The README's walk, with and without JavaScript."""
    who = "Scripted" if scripts else "Plain"
    mentor = visit(scripts=scripts)
    fill_in_the_sign_up(mentor, f"{who} Mentor", f"{who.lower()}@example.org")
    mentor.get_by_role("button", name="Sign up as a mentor").click()
    expect(mentor.get_by_role("heading", level=1)).to_contain_text("Thank you")
    confirm_by_mail(mentor, f"{who.lower()}@example.org")

    organiser = visit(as_=ORGANISER, scripts=scripts)
    organiser.goto("/cohorts/demo/mentors")
    organiser.get_by_role("link", name=f"{who} Mentor").first.click()
    organiser.get_by_role("button", name="Approve").click()
    expect(organiser.get_by_text("Approved").first).to_be_visible()

    open_the_cohort(organiser)
    run_the_matching(organiser)
    expect(organiser.locator("option", has_text=f"{who} Mentor").first).to_be_attached()
    if scripts:  # the second one is her equal, and there are more places now than people
        expect(organiser.get_by_role("link", name=f"{who} Mentor").first).to_be_visible()


def confirm_by_mail(page: Page, email: str) -> None:
    """Her letter is in the mailbox of development, as soon as the worker has written it."""
    letter = page.locator("main li", has_text=email).get_by_role("link")
    for _ in range(40):
        page.goto("/mailbox")
        if letter.count():
            break
        page.wait_for_timeout(250)
    letter.first.click()
    page.locator(".letter a[href*='/mentors/confirm/']").click()
    page.get_by_role("button", name="Yes, I want to mentor").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Choose your password")


def run_the_matching(page: Page) -> None:
    """Click, and do what a person does: look again until the round is solved."""
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Run again|Open a new round")).first.click()
    for _ in range(40):
        if page.get_by_role("button", name="Publish").count():
            return
        page.wait_for_timeout(500)
        page.reload()
    pytest.fail(f"The round was not solved: {page.inner_text('main')[:500]}")


def test_what_was_typed_survives_a_mistake(visit: Visit) -> None:
    page = visit(scripts=False)
    page.goto("/mentors/join/demo")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_label("Your name").fill("Half Done")
    page.get_by_label("Why do you want to mentor?").fill("Because.")
    page.get_by_role("button", name="Look it over").click()

    expect(page.get_by_role("alert")).to_contain_text("needed")
    expect(page.get_by_label("Your name")).to_have_value("Half Done")
    expect(page.get_by_label("Why do you want to mentor?")).to_have_value("Because.")
    page.get_by_role("alert").get_by_role("link").first.click()
    page.wait_for_url(re.compile("#field-"))


def test_pairs_are_walked_through_and_decided_on_with_keys(site: Site, visit: Visit) -> None:
    found = re.search(r"/rounds/[\w-]+", site.printed)
    assert found
    page = visit(as_=ORGANISER)
    page.goto(found[0])
    rows = page.get_by_role("table", name="Pairs").locator("tbody tr")
    first, second = rows.nth(0), rows.nth(1)
    who = first.get_by_role("rowheader").inner_text()
    for key, row in (("j", first), ("ArrowDown", second), ("ArrowUp", first)):
        page.keyboard.press(key)
        expect(row.locator("summary")).to_be_focused()
    for key in ("v", "p"):
        page.keyboard.press(key)
        expect(first.get_by_label("Reason")).to_be_focused()
        page.keyboard.press("Escape")
        expect(first.locator("summary")).to_be_focused()
    page.keyboard.press("p")
    page.keyboard.type("They have met, and liked it.")
    page.keyboard.press("Enter")
    pinned = page.get_by_role("row", name=who).filter(has_text="Pin in the next run")
    expect(pinned.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    pinned.get_by_role("button", name="Lift the pin").click()
    expect(page.get_by_text("Pin in the next run")).to_have_count(0)
    expect(page.get_by_role("row", name=who).locator("summary")).to_be_focused()


def test_the_round_is_published_and_both_sides_accept(visit: Visit) -> None:
    organiser = visit(as_=ORGANISER)
    open_the_cohort(organiser)
    if not organiser.get_by_role("button", name="Publish").count():
        run_the_matching(organiser)
    colleague = visit(as_=ORGANISER)
    open_the_cohort(colleague)
    organiser.get_by_role("button", name="Publish").first.click()
    organiser.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(organiser.get_by_text("Published").first).to_be_visible()
    there = colleague.locator("#matching")
    there.get_by_role("link", name="Show it as it is now").click()
    expect(colleague.get_by_text("Published").first).to_be_visible()

    researcher = visit(as_=WAITING)
    open_the_plan(researcher)
    researcher.get_by_role("button", name="Yes").click()
    expect(researcher.get_by_text(re.compile("accepted|said yes")).first).to_be_visible()


def test_a_researcher_hands_in_evidence_and_reads_it_back(visit: Visit) -> None:
    page = visit(as_=RESEARCHER)
    open_the_plan(page)
    page.get_by_role("link", name="Hand in evidence").first.click()
    page.get_by_label(re.compile("evidence|What you did", re.IGNORECASE)).first.fill(
        "I **did** it."
    )
    page.get_by_role("button", name=re.compile("Hand in")).click()
    expect(page.locator("main strong", has_text="did")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_words_written_while_a_login_ended_are_sent_again(visit: Visit, *, scripts: bool) -> None:
    page = visit(as_=RESEARCHER, scripts=scripts)
    open_the_plan(page)
    page.get_by_role("link", name="Hand in evidence").first.click()
    words = f"Written before the login ended, {'with' if scripts else 'without'} scripts."
    page.get_by_label("Your evidence").fill(words)
    page.context.clear_cookies()
    page.get_by_role("button", name="Hand in").click()
    with page.context.expect_page() as opened:
        page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(opened.value, RESEARCHER)
    page.reload()
    expect(page.get_by_text(words)).to_be_visible()


PAGES = {
    "": ["/", "/login", "/join", "/forgotten", "/mentors/join", "/mentors/join/demo", "/design"],
    ORGANISER: [
        "/",
        "/cohorts",
        "/cohorts/demo",
        "/cohorts/demo/people",
        "/cohorts/demo/mentors",
        "/cohorts/demo/settings",
        "/cohorts/demo/rules",
        "/cohorts/demo/webhooks",
        "/review",
        "/mailbox",
    ],
    RESEARCHER: ["/", "/cohorts/demo", "/cohorts/demo/enrol"],
    MENTOR: ["/", "/mentoring"],
}


@pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (True, True)], ids=["desktop-light", "phone-dark"]
)
@pytest.mark.parametrize("who", PAGES, ids=lambda who: who.partition(".")[0] or "anyone")
def test_every_page_is_accessible_and_fits_its_window(
    visit: Visit, who: str, *, phone: bool, dark: bool
) -> None:
    page = visit(as_=who, phone=phone, dark=dark)
    for path in PAGES[who]:
        page.goto(path)
        is_accessible(page)
        fits(page)
    for kind in ("rounds", "plan"):
        page.goto("/cohorts/demo" if who == ORGANISER else "/")
        found = page.locator(f"main a[href^='/{kind}/']")
        if found.count():
            page.goto(str(found.first.get_attribute("href")))
            is_accessible(page)
            fits(page)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_why_not_this_mentor_is_asked_with_the_keyboard_and_without_scripts(
    visit: Visit, *, phone: bool
) -> None:
    page = visit(as_=ORGANISER, phone=phone, scripts=False)
    page.goto("/cohorts/demo")
    page.get_by_role("link", name=re.compile("^Round ")).first.click()
    page.locator("summary", has_text="Why").first.click()
    page.get_by_role("link", name=re.compile("Other mentors")).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Other mentors for")
    fits(page)
    page.get_by_label("What if").select_option(index=1)
    page.get_by_label("had").select_option(index=1)
    page.get_by_role("button", name="Ask").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What if")
    expect(page.locator("#answer p").first).to_be_visible()
    fits(page)
    address = page.url
    seen = visit(as_=ORGANISER, phone=phone)
    seen.goto(address)
    is_accessible(seen)


def test_the_keyboard_alone_is_enough_to_sign_in(visit: Visit) -> None:
    page = visit()
    page.goto("/login")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("E-mail").focus()
    page.keyboard.type(ORGANISER)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    sign_in(page, ORGANISER)
    expect(page.get_by_text("Ines Calder", exact=True)).to_be_visible()


def test_what_a_browser_kept_does_not_outlive_the_login(visit: Visit) -> None:
    page = visit()
    sign_in(page, WAITING)
    told = page.goto("/")
    assert told is not None
    assert told.headers["cache-control"] == "private, no-cache"
    assert told.headers["content-encoding"] == "gzip"
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tomasz")
    page.goto("/cohorts")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/login"))

    page.go_back()
    expect(page.get_by_text("Tomasz")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Tomasz")).to_have_count(0)


@pytest.mark.parametrize("phone", [True, False])
@pytest.mark.parametrize("path", ["people", "forecasts", "readiness"])
def test_a_list_of_people_is_dense_at_every_width_and_unfolds_by_keyboard(
    visit: Visit, path: str, *, phone: bool
) -> None:
    page = visit(as_=ORGANISER, phone=phone)
    page.goto(f"/cohorts/demo/{path}")
    rows = page.locator("main tbody tr")
    assert rows.count() >= 20
    for width in [390] if phone else [700, 900, 1280]:
        page.set_viewport_size({"width": width, "height": 900})
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height / rows.count() < (125 if phone else 100), width
        fits(page)
    folded = page.locator("main tbody tr .rest, main tbody tr td:last-child")
    shown = sum(one.is_visible() for one in folded.all())
    more = rows.nth(1).locator("summary")
    more.focus()
    page.keyboard.press("Enter")
    assert sum(one.is_visible() for one in folded.all()) > shown
    expect(rows.first.locator("details")).not_to_have_attribute("open", "")
    fits(page)
    is_accessible(page)
