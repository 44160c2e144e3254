"""`cohort serve`."""

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run one process of the API and the pages."""
    import gc

    import uvicorn

    from cohort.app import create_app
    from cohort.settings import Settings

    settings = Settings()
    app = create_app(settings)
    # What is loaded now stays for good: the collector need not walk through it for each request.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=host,
        port=port,
        forwarded_allow_ips=settings.trusted_proxies,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
