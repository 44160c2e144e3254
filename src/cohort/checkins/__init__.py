"""How a mentorship goes: three questions to each of the two, now and then."""
