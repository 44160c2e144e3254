"""Wiring: the contract of the API, as /api/openapi.json, /api/docs and `cohort openapi` show it."""
