"""`cohort admin`."""

import click

from cohort.cli.unit import in_one_unit


@click.command()
@click.argument("email")
def admin(email: str) -> None:
    """Make the person with this address an admin of the platform."""
    from cohort.clock import utc_now
    from cohort.people.service import make_admin

    person = in_one_unit(lambda db: make_admin(db, email.strip().lower(), now=utc_now()))
    click.echo(f"{person.name} is an admin now.")
