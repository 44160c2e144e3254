"""What a browser does before it sends a public form: it solves the form's challenge."""

from altcha import Challenge, Payload, solve_challenge
from httpx import AsyncClient


async def proof_for(client: AsyncClient, form: str) -> str:
    """Of a form such as mentor/spring."""
    asked = await client.get(f"/api/v1/forms/challenges/{form}")
    assert asked.status_code == 200, asked.text
    challenge = Challenge.from_dict(asked.json())
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()
