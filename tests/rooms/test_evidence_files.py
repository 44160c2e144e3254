"""Ada hands files in, Max keeps them to read, Sam gets none of it."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Malformed, NotFound, Unavailable
from cohort.http import body
from cohort.storage import open_storage
from cohort.study.files import service
from cohort.study.files.models import EvidenceFile
from cohort.study.models import Submission
from tests.conftest import Platform
from tests.rooms.study_cast import Cast, the_cast

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 500
NOTES = "# Größe\n".encode()


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


def upload(someone: Any, item_id: Any, name: str, content: bytes) -> Any:
    return someone.http.put(f"/api/v1/plan_items/{item_id}/files/{name}", content=content)


async def kept(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).select_from(EvidenceFile)) or 0


async def test_a_file_waits_is_handed_in_and_kept_by_whoever_reviews_it(
    cast: Cast, run_jobs: Callable[[], Awaitable[None]], platform: Platform
) -> None:
    storage = open_storage(platform.settings)
    before = set(await storage.keys("evidence"))
    first = await upload(cast.ada, cast.first, "thesis.pdf", PDF)
    again = await upload(cast.ada, cast.first, "thesis.pdf", PDF)
    in_a_form = await cast.ada.http.put(
        f"/api/v1/plan_items/{cast.first}/files/notes.md", files={"file": ("x", NOTES)}
    )
    file, notes = first.json(), in_a_form.json()
    assert (file["name"], file["kind"], file["size"]) == ("thesis.pdf", "pdf", len(PDF))
    assert again.json() == file
    assert (notes["kind"], notes["waiting"]) == ("text", True)
    address = f"/api/v1/files/{file['id']}"
    assert [(await one.get(address)).status_code for one in (cast.max, cast.olga)] == [404, 404]
    assert (await cast.max.get(f"/api/v1/plan_items/{cast.first}/files")).json() == []

    evidence = {"files": [file["id"]]}
    version = (await cast.hand_in(evidence)).json()
    assert (await cast.hand_in(evidence)).json() == version
    second = (await cast.hand_in({"text": "Better.", "files": [file["id"]]})).json()
    assert second["version"] == 2

    answer = await cast.max.get(address)
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith('attachment; filename="thesis.pdf"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "application/octet-stream"
    attached = {name: file[name] for name in ("id", "name", "kind", "size")} | {"link": address}
    assert (version["files"], second["files"]) == ([attached], [attached])
    plan = (await cast.max.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan")).json()
    newest = [one["newest"] for one in plan["items"] if one["newest"]]
    item = (await cast.olga.get(f"/api/v1/plan_items/{cast.first}")).json()
    every = (await cast.max.get(f"/api/v1/plan_items/{cast.first}/submissions")).json()["items"]
    assert newest == [second] == [item["newest"]]
    assert every == [version, second]
    of_version = await cast.olga.get(f"/api/v1/submissions/{second['id']}/files")
    assert [one["id"] for one in of_version.json()] == [file["id"]]
    seen = await cast.max.get(f"/api/v1/plan_items/{cast.first}/files")
    assert [one["id"] for one in seen.json()] == [file["id"]]
    for asked in (address, f"/api/v1/submissions/{second['id']}/files"):
        assert (await cast.sam.get(asked)).status_code == 404

    assert (await cast.max.http.delete(address)).status_code == 403
    for one in (file, notes):
        assert (await cast.ada.http.delete(f"/api/v1/files/{one['id']}")).status_code == 204
    await run_jobs()
    assert (await cast.ada.get(address)).content == PDF
    assert (await cast.ada.get(f"/api/v1/files/{notes['id']}")).status_code == 404
    assert len({*await storage.keys("evidence")} - before) == 1


async def test_a_form_brings_files_and_a_second_click_is_harmless(
    cast: Cast, db: AsyncSession
) -> None:
    page = f"/plan/{cast.enrolment.id}/{cast.first}"
    files = [("files", ("thesis.pdf", PDF)), ("files", ("notes.md", NOTES))]
    for _ in range(2):
        answer = await cast.ada.http.post(page, data={"text": "Both."}, files=files)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert await db.scalar(select(func.count()).select_from(Submission)) == 1
    shown = (await cast.max.get(page)).text
    assert "thesis.pdf</a>" in shown
    assert "notes.md</a>" in shown

    wrong = await cast.ada.http.post(
        page, data={"text": "Kept on the page"}, files={"files": ("plot.pdf", NOTES)}
    )
    assert wrong.status_code == 422
    assert "“plot.pdf” says that it is a PDF, and what is in it is text." in wrong.text
    assert "Kept on the page</textarea>" in wrong.text
    many = [("files", (f"{n}.md", b"x")) for n in range(6)]
    assert "At most 5 files at once" in (await cast.ada.http.post(page, files=many)).text
    # A browser sends the field as a file without a name where none was chosen.
    none = await cast.ada.http.post(page, data={"text": "None."}, files={"files": ("", b"")})
    assert none.status_code == 303
    assert await kept(db) == 2

    waiting = (await upload(cast.ada, cast.first, "later.md", b"Later")).json()
    assert "later.md</a>" in (await cast.ada.get(page)).text
    assert "later.md" not in (await cast.olga.get(page)).text
    removed = await cast.ada.http.post(f"/files/{waiting['id']}/remove", data={"text": "Typed"})
    assert removed.headers["location"] == f"{page}#hand-in"
    assert "later.md</a>" not in (await cast.ada.get(page)).text


async def test_what_cannot_be_kept_leaves_nothing(
    cast: Cast, db: AsyncSession, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(101 * 1024 * 1024))
    address = f"/api/v1/plan_items/{cast.first}/files"

    async def told(content: Any, name: str = "a.zip", **sent: Any) -> tuple[int, str]:
        answer = await cast.ada.http.put(f"{address}/{name}", content=content, **sent)
        return answer.status_code, answer.json()["detail"]

    assert (await told(bomb.getvalue()))[0] == 422
    status, sentence = await told(bytes(10 * 1024 * 1024 + 1), "large.txt")
    assert (status, sentence[:27]) == (413, "A file has at most 10 MB. M")
    assert (await told(b"", headers={"content-length": "99999999999"}))[0] == 413
    assert (await told(PDF, "x" * 10_000 + ".pdf"))[0] == 422
    long_name = {"file": ("x" * 10_000 + ".pdf", PDF)}
    page = f"/plan/{cast.enrolment.id}/{cast.first}"
    assert (await cast.ada.http.post(page, files=long_name)).status_code == 400
    for someone, status in ((cast.max, 403), (cast.sam, 404)):
        assert (await upload(someone, cast.first, "a.md", b"x")).status_code == status

    messages = [{"type": "http.request", "body": b"x", "more_body": True}]
    messages.append({"type": "http.disconnect"})

    async def half() -> Any:
        return messages.pop(0)

    with pytest.raises(Malformed, match="The connection ended"):
        await body.read_to_disk(half, io.BytesIO(), limit=9)  # type: ignore[arg-type,typeddict-item]
    monkeypatch.setattr(body, "HELD", 16)  # so that this one waits on the disk
    fifth = [await upload(cast.ada, cast.first, f"{n}.md", b"y" * (70_000 + n)) for n in range(6)]
    assert [one.status_code for one in fifth] == [200] * 5 + [409]
    assert fifth[-1].json()["code"] == "too_many_files"
    assert await kept(db) == 5


async def test_bytes_that_no_row_belongs_to_are_forgotten_once_their_day_is_over(
    cast: Cast, db: AsyncSession, platform: Platform, clock: Any
) -> None:
    storage, now = open_storage(platform.settings), clock()
    # The folder is that of all tests of this process; what others left has lost its rows.
    await service.swept(db, storage, now=now + timedelta(days=1))
    file = (await upload(cast.ada, cast.first, "notes.md", NOTES)).json()
    lost = f"evidence/{now:%Y-%m-%d}/{uuid4()}"
    await storage.put(lost, io.BytesIO(b"of a transaction that was rolled back"))

    assert await service.swept(db, storage, now=now + timedelta(days=1)) == []
    assert lost in await service.swept(db, storage, now=now + timedelta(days=3))
    assert await service.swept(db, storage, now=now + timedelta(days=3)) == []
    assert (await cast.ada.get(f"/api/v1/files/{file['id']}")).content == NOTES


async def test_a_bucket_keeps_files_as_a_folder_does(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    async with httpx.AsyncClient() as program:
        await program.put(f"{endpoint}/cohort-files")
    bucket = platform.settings.model_copy(
        update={
            "s3_bucket": "cohort-files",
            "s3_endpoint": endpoint,
            "s3_key": "key",
            "s3_secret": "secret",
        }
    )
    folder = platform.settings.model_copy(update={"files_dir": tmp_path / "new"})
    large = PDF * 50
    for settings in (bucket, folder):
        storage = open_storage(type(platform.settings).model_validate(settings.model_dump()))
        await storage.put("evidence/2026-03-02/a", io.BytesIO(large))
        await storage.put("evidence/2026-03-20/b", io.BytesIO(b"b"))
        parts = [part async for part in await storage.get("evidence/2026-03-02/a")]
        assert b"".join(parts) == large
        assert await storage.keys("evidence/2026-03-2") == []
        assert await storage.keys("evidence/2026-03-20") == ["evidence/2026-03-20/b"]
        for _ in range(2):
            await storage.delete("evidence/2026-03-02/a")
        with pytest.raises(NotFound):
            await storage.get("evidence/2026-03-02/a")
    server.stop()
    away = open_storage(type(platform.settings).model_validate(bucket.model_dump()))
    with pytest.raises(Unavailable):
        await away.get("evidence/2026-03-20/b")
