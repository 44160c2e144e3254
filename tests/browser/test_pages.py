"""People at work in a browser: what a newcomer of the README does, and that it is fit for all."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, fits, is_accessible, sign_in

ORGANISER = "ines.calder@example.org"
RESEARCHER = "diego.alencastro@example.org"
WAITING = "tomasz.wilkowski@example.org"
MENTOR = "mateus.figueira@example.org"


def test_one_command_ends_with_pairs_and_their_reasons(site: Site) -> None:
    assert "Without a mentor this time" in site.printed
    assert "no\nother assignment is better" in site.printed
    assert site.address in site.printed
    assert len(re.findall(r"^  0\.\d\d  ", site.printed, re.M)) >= 6


def open_the_cohort(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("demo")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("demo")
