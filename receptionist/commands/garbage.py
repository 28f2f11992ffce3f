"""The garbage collector keeps out of a start, and of what was loaded in it."""

import gc

THRESHOLDS = (700, 5, 100)
"""Small steps, and seldom through everything: with 200 calls that took 0.1 s. An ended call leaves
some 500 objects to be found, so it is looked for every 700 calls or so."""


def collect_later() -> None:
    """Not while libraries are loaded.

    They make 200,000 objects that live as long as the process; looking through them again and
    again as they become more takes a tenth to a fifth of a start.
    """
    gc.disable()


def collect_what_comes() -> None:
    """From here on, and never what is there already.

    Looking through it held up every call for a tenth of a second, again and again. Not even once:
    a hundredth of it is garbage, and to find that took a quarter of a second of the start.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
