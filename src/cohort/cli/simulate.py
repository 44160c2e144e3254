"""`cohort simulate`."""

import click

from cohort.cli.loading import leave_alone_what_is_loaded


@click.command()
@click.option("--weeks", type=click.IntRange(2, 104), default=30, show_default=True)
@click.option("--researchers", type=click.IntRange(1, 2000), default=60, show_default=True)
@click.option("--mentors", type=click.IntRange(1, 1000), default=25, show_default=True)
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option("--policy", "names", multiple=True, help="One of those listed; again for more.")
def simulate(
    weeks: int, researchers: int, mentors: int, seeds: int, names: tuple[str, ...]
) -> None:
    """Play seasons of a made-up cohort, and compare policies of matching side by side.

    Each season is played day by day through the product's own verbs, on servers of its own that go
    away afterwards. How people behave is assumed; docs/simulating.md says how.
    """
    from cohort.cli.errors import SaidPlainly
    from cohort.season.policies import BY_NAME, POLICIES
    from cohort.season.running import Size
    from cohort.season.running import simulate as run

    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        known = "\n".join(f"  {one.name:<10} {one.says}" for one in POLICIES)
        raise SaidPlainly(f"There is no policy “{unknown[0]}”. The policies are:\n{known}")
    policies = [BY_NAME[name] for name in dict.fromkeys(names)] or list(POLICIES)
    size = Size(weeks=weeks, researchers=researchers, mentors=mentors)
    leave_alone_what_is_loaded()  # as `cohort work` does
    run(policies, range(1, seeds + 1), size, click.echo)
