"""Take what one of two keeps private out of what both read: wishes, and the scores of them."""

from collections.abc import Sequence

from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WISHED = "(is someone you asked for, and asked for you|is someone you asked for|asked for you)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in ("pairs", "proposals"):
        op.execute(
            f"""
            UPDATE {table} SET reason = regexp_replace(
                regexp_replace(reason, '; {WISHED}(?=[;.])', ''),
                ' {WISHED}(?=[;.])', ' meets every requirement')
            WHERE reason ~ '{WISHED}[;.]'
            """  # noqa: S608  (names of this file)
        )
    op.execute(
        """
        WITH told AS (
            SELECT p.id, f.factor, f.place, (f.factor ->> 'weight')::float AS weight,
                sum((f.factor ->> 'weight')::float) OVER (PARTITION BY p.id) AS whole
            FROM proposals p, jsonb_array_elements(p.factors) WITH ORDINALITY AS f (factor, place)
            WHERE f.factor ->> 'name' <> 'wishes' AND (f.factor ->> 'weight')::float > 0
        ), shared AS (
            SELECT id,
                jsonb_agg(factor || jsonb_build_object('weight', weight / whole) ORDER BY place)
                    AS factors,
                sum((factor ->> 'score')::float * weight / whole) AS score
            FROM told GROUP BY id
        )
        UPDATE proposals p SET factors = coalesce(s.factors, '[]'), score = coalesce(s.score, 0),
            best_score = NULL, possible_mentors = NULL
        FROM proposals q LEFT JOIN shared s ON s.id = q.id WHERE p.id = q.id
        """
    )


def downgrade() -> None:
    """What was taken out is not brought back."""
