"""What the collector leaves alone, in a process of its own."""

import subprocess
import sys

PROCESS = """
import gc
from cohort.cli.loading import STAYS, loading_for_good

with loading_for_good():
    loaded = [[] for _ in range(1000)]
at_the_start = gc.get_freeze_count()
few = [[] for _ in range(1000)]
gc.collect()
assert gc.get_freeze_count() == at_the_start, "a thousand more are looked at again"
many = [[] for _ in range(STAYS)]
gc.collect()
assert gc.get_freeze_count() > at_the_start + STAYS, "many more are left alone"

class Gone:
    def __del__(self):
        gone.append(self)

gone = []
one = Gone()
one.itself = one
del one
gc.collect()
assert gone, "what comes after that is collected"
"""


def test_what_stays_is_left_alone_and_what_comes_after_it_is_collected() -> None:
    subprocess.run([sys.executable, "-c", PROCESS], check=True)
