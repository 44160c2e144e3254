"""`cohort openapi`."""

import click


@click.command()
def openapi() -> None:
    """Print the contract of the API."""
    click.echo(contract())


def contract() -> str:
    import json

    from cohort.app import create_app
    from cohort.contract.document import document_of
    from cohort.settings import Settings

    # Any address will do: the contract is the same everywhere, and nothing is opened.
    nowhere = Settings(database_url="postgresql://localhost/none", redis_url="redis://localhost")
    return json.dumps(document_of(create_app(nowhere)), indent=1)
