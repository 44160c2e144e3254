"""Ada types, closes the tab, and comes back; of two windows none overwrites the other unseen."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.rooms.study_cast import Cast, the_cast


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


def seen(answer: Any) -> dict[str, str]:
    return {"if-match": answer.headers["etag"]}


async def test_of_two_windows_the_older_save_is_refused_and_handing_in_ends_the_draft(
    cast: Cast, clock: Any
) -> None:
    address = f"/api/v1/plan_items/{cast.first}/draft"
    begun = {"text": "So far", "links": "https://exa"}
    assert (await cast.ada.get(address)).status_code == 404
    assert (await cast.ada.http.put(address, json=begun)).status_code == 428
    first = await cast.ada.http.put(address, json=begun, headers={"if-match": '"0"'})
    assert first.status_code == 200
    second = await cast.ada.http.put(address, json={"text": "More"}, headers=seen(first))
    older = await cast.ada.http.put(address, json={"text": "Older"}, headers=seen(first))
    anew = await cast.ada.http.put(address, json={"text": "Anew"}, headers={"if-match": '"0"'})
    assert [one.status_code for one in (second, older, anew)] == [200, 412, 412]
    assert (await cast.ada.get(address)).json()["text"] == "More"
    for other in (cast.max, cast.olga, cast.sam):
        assert (await other.get(address)).status_code == 404

    await cast.hand_in()
    assert (await cast.ada.get(address)).status_code == 404
    late = await cast.ada.http.put(address, json={"text": "Late"}, headers=seen(second))
    assert late.status_code == 412
    clock.turn(seconds=60)
    again = await cast.ada.http.put(address, json=begun, headers={"if-match": '"0"'})
    stale = await cast.ada.http.put(address, json=begun, headers=seen(first))
    assert (again.status_code, stale.status_code) == (200, 412)
    for _ in range(2):
        assert (await cast.ada.http.delete(address)).status_code == 204


async def test_without_scripts_a_button_keeps_the_draft_with_its_files(cast: Cast) -> None:
    page = f"/plan/{cast.enrolment.id}/{cast.first}"
    typed = {"text": "Half a sent", "links": "https://exa\r\nhttps://example.org", "version": "0"}
    kept = await cast.ada.http.post(f"{page}/draft", data=typed, files={"files": ("a.md", b"A")})
    assert kept.headers["location"] == f"{page}#hand-in"
    shown = (await cast.ada.get(page)).text
    assert "Half a sent</textarea>" in shown
    assert "https://exa\nhttps://example.org</textarea>" in shown
    assert "a.md</a>" in shown
    assert "Half a sent" not in (await cast.olga.get(page)).text

    other = await cast.ada.http.post(f"{page}/draft", data=typed | {"text": "Other window"})
    assert other.status_code == 412
    assert "Other window</textarea>" in other.text
    assert "Half a sent" in other.text  # what is kept now, below
    version = other.text.partition('name="version" value="')[2].partition('"')[0]
    now = {"text": "Other window", "version": version}
    assert (await cast.ada.http.post(f"{page}/draft", data=now)).status_code == 303
    handed_in = await cast.ada.http.post(page, data=now)
    assert handed_in.status_code == 303
    shown = (await cast.ada.get(page)).text
    assert "Other window</textarea>" not in shown
    assert "a.md</a>" in (await cast.olga.get(page)).text
