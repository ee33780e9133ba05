"""How long to wait before what failed is tried again."""

import random


def pauses():
    """Seconds to wait before the first, second, … attempt; with chance, so that the clients of a server that was away or
    busy do not all come at once."""
    pause = 0.1
    while True:
        yield pause * random.uniform(0.5, 1.0)
        pause = min(2 * pause, 5.0)
