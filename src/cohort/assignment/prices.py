"""What a certificate holds."""

from typing import NamedTuple

from cohort.assignment.problem import Floats


class Prices(NamedTuple):
    """u float[n]: what each researcher adds; v float[m] >= 0: the price of a place.

    u is negative only by a pin, v only where `min_load` holds a mentor above what fits.
    """

    u: Floats
    v: Floats
