"""The order in which files are handed to the test processes."""

from types import SimpleNamespace

from pytake.tests.spread import CRASHES, LONG, ROOT, STACK, group_of, place_of


def place(file: str) -> int:
    return place_of(SimpleNamespace(nodeid=f"{file}::test_x"))  # type: ignore[arg-type]


def test_every_file_that_is_named_is_there():
    assert [file for file in LONG if not (ROOT / file).is_file()] == []


def test_the_stacks_are_first_and_then_comes_what_takes_long():
    story, live, soak = (f"pytake/tests/test_{name}.py" for name in ("story", "live", "soak"))
    assert group_of(story) == STACK
    assert group_of(live) == group_of(soak) == CRASHES
    assert place(story) < place(live) == place(soak) < place(LONG[0]) < place(LONG[-1])
    assert place(LONG[-1]) < place("pytake/tests/test_spread.py")
