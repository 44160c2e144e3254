"""What signs in to an account beside its password, and stays when that is a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.formats import plural
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.signin import identities, passkeys
from cohort.signin.models import Identity, Passkey


@dataclass(frozen=True, slots=True)
class Remaining:
    """Keys and accounts that open the same account."""

    passkeys: Sequence[Passkey]
    identities: Sequence[Identity]

    def __bool__(self) -> bool:
        return bool(self.passkeys or self.identities)

    @property
    def in_short(self) -> str:
        """How many there are, and not what they are called."""
        counts = [
            plural(len(self.passkeys), "passkey"),
            plural(len(self.identities), "account elsewhere", "accounts elsewhere"),
        ]
        return " and ".join(one for one in counts if not one.startswith("0 "))

    def in_words(self, settings: Settings) -> list[str]:
        """Each by the name that its owner knows it by."""
        label_of = {one.issuer: one.label for one in settings.oidc_providers}
        named = [f"The passkey “{one.name}”" for one in self.passkeys]
        for one in self.identities:
            whose = f" ({one.email})" if one.email else ""
            named.append(f"Your account at {label_of.get(one.issuer, one.issuer)}{whose}")
        return named


async def of(db: AsyncSession, person: Person) -> Remaining:
    return Remaining(
        await passkeys.list_passkeys(db, person), await identities.list_identities(db, person)
    )
