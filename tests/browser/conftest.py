"""The whole product, as `make run` starts it, driven in a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from cohort.demo.arriving import PASSWORD

PATIENCE = 240
LONGEST_TEST = 400
"""Seconds; the first test of a module waits for the site, and for its demo, as well."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET = [
    "--no-sandbox",
    "--disable-dev-shm-usage",  # a container's may be too small for a long page
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of a whole site may take longer than others."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST))


@dataclass(frozen=True)
class Site:
    """A running `cohort up`, with its demo."""

    address: str
    printed: str
    noise: Path
    """What it wrote to standard error."""


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("NO BROWSER IS INSTALLED: pages are not driven. Install chromium to test them.")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # A name rather than a number: passkeys are bound to one.
    address = f"http://localhost:{port}"
    said, noise = folder / "said.txt", folder / "noise.txt"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COHORT_")}
    with said.open("w") as output, noise.open("w") as errors:
        running = subprocess.Popen(
            [sys.executable, "-m", "cohort", "up", "--port", str(port), "--data-dir", folder / "d"],
            stdout=output,
            stderr=errors,
            env=clean | {"COLUMNS": "90", "COHORT_PUBLIC_URL": address},
        )
    try:
        yield Site(address, when_it_says("Ctrl-C", said, running), noise)
    finally:
        running.terminate()
        running.wait(30)


def when_it_says(word: str, said: Path, running: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while word not in said.read_text():
        assert running.poll() is None, said.read_text() + said.with_name("noise.txt").read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.2)
    return said.read_text()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Generator[Browser]:
    """For one module: while it is open its event loop runs, in which no asynchronous test can."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def logins() -> dict[str, StorageState]:
    """One login for each person: more than ten in five minutes would be refused."""
    return {}


@pytest.fixture
def visit(site: Site, browser: Browser, logins: dict[str, StorageState]) -> Generator[Visit]:
    """`page = visit(as_="organiser@example.org", phone=True, scripts=False, dark=True)`."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def visit(
        as_: str = "", *, phone: bool = False, scripts: bool = True, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport=PHONE if phone else DESKTOP,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            storage_state=logins.get(as_),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        if as_ and as_ not in logins:
            sign_in(page, as_)
            logins[as_] = context.storage_state()
        elif as_:
            page.goto("/")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not errors, "Scripts of pages failed."


def sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login" not in address)


def is_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page) -> None:
    """No page is wider than its window: only marked regions scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
