"""`cohort openapi`."""

import click


@click.command()
def openapi() -> None:
    """Print the contract of the API."""
    click.echo(contract())


def contract() -> str:
    import json

    from cohort.app import create_app
    from cohort.settings import Settings

    # Any address will do: the contract is the same everywhere, and nothing is opened.
    nowhere = Settings(database_url="postgresql://localhost/none", redis_url="redis://localhost")
    return json.dumps(create_app(nowhere).openapi_schema.to_schema(), indent=1, sort_keys=True)
