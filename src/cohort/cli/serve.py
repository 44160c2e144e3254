"""`cohort serve`."""

from contextlib import suppress

import click

from cohort.cli.loading import loading_for_good

LONGER_THAN_A_PROXY = 75
"""Seconds for which an idle connection is kept: the one who sends should be the one who closes it,
else a POST may be sent into a connection that we are closing."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run one process of the API and the pages."""
    with loading_for_good():
        import uvicorn

        from cohort.app import create_app
        from cohort.http import pages
        from cohort.http.draining import DrainingServer
        from cohort.settings import Settings

        settings = Settings()
        app = create_app(settings)
        if not settings.development:
            pages.load_all(app.state.pages)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        forwarded_allow_ips=settings.trusted_proxies,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=LONGER_THAN_A_PROXY,
        timeout_graceful_shutdown=5,
    )
    # When it has closed everything, uvicorn says that Ctrl-C was why.
    with suppress(KeyboardInterrupt):
        DrainingServer(config, app.state, settings.drain_seconds).run()
