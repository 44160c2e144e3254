"""What an operator did wrong, as one sentence and exit status 2."""

from typing import Any

import click
from pydantic import ValidationError

from cohort.errors import Refusal
from cohort.local.home import CannotStart


class SaidPlainly(click.ClickException):
    exit_code = 2

    def show(self, _file: Any = None) -> None:
        click.echo(f"cohort: {self.message}", err=True)


class Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CannotStart as error:
            raise SaidPlainly(str(error)) from error
        except Refusal as error:
            raise SaidPlainly(error.sentence) from error
        except ValidationError as error:
            raise SaidPlainly(sentence_about_settings(error)) from error
        except OSError as error:
            raise SaidPlainly(sentence_about_the_system(error)) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] in {"asyncpg", "redis", "sqlalchemy"}:
                raise SaidPlainly(SERVERS) from error
            raise


SERVERS = (
    "a server does not answer as it should: see that PostgreSQL and Redis run, that"
    " COHORT_DATABASE_URL and COHORT_REDIS_URL name them, and that `cohort migrate` has run."
)


def sentence_about_the_system(error: OSError) -> str:
    if error.filename is None:
        return SERVERS
    return f"{error.filename}: {error.strerror}."


def sentence_about_settings(error: ValidationError) -> str:
    wrong = [
        f"COHORT_{'.'.join(map(str, each['loc'])).upper()}: "
        + each["msg"].removeprefix("Value error, ")
        for each in error.errors(include_url=False, include_input=False)
    ]
    return "the settings need another look. " + "; ".join(wrong) + "."
