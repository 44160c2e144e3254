"""An export as the answer to a request: a file to keep."""

from litestar import Response

from cohort.exchange.schemas import ExportFormat


def download(slug: str, form: ExportFormat, file: bytes) -> Response[bytes]:
    suffix = "zip" if form == "csv" else form
    return Response(
        file,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{slug}.{suffix}"'},
    )
