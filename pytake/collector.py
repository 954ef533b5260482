"""Python's garbage collector in processes that live long."""

import gc


def calm() -> None:
    """What was loaded until now is never garbage, and neither a request nor a message leaves cycles behind: without
    this a tenth of a busy process's time goes into walking both again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
