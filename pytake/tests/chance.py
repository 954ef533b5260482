"""pytest plugin: what Hypothesis draws is the same in every run, so that nothing fails by chance on one machine only; a
failure prints how to draw it again. `--hypothesis-profile=default` draws anew."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, print_blob=True)
settings.load_profile("repeatable")
