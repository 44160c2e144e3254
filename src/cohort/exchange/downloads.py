"""An export as the answer to a request: a file to keep."""

from litestar import Response

from cohort.exchange.schemas import ExportFormat

MEDIA_TYPES: dict[ExportFormat, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "application/zip",
}


def download(slug: str, form: ExportFormat, file: bytes) -> Response[bytes]:
    suffix = "zip" if form == "csv" else form
    return Response(
        file,
        media_type=MEDIA_TYPES[form],
        headers={"content-disposition": f'attachment; filename="{slug}.{suffix}"'},
    )
