"""How well two people suit each other: named factors of what both have said."""
