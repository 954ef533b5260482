"""The order in which files are handed to the test processes."""

from types import SimpleNamespace

from pytake.tests.spread import LONG, ROOT, STACK, group_of, place_of


def place(file: str) -> tuple[int, int]:
    return place_of(SimpleNamespace(nodeid=f"{file}::test_x"))  # type: ignore[arg-type]


def test_every_file_that_is_named_is_there():
    assert [file for file in LONG if not (ROOT / file).is_file()] == []


def test_the_stack_is_first_with_its_killers_last_and_then_comes_what_takes_long():
    story, live, soak = (f"pytake/tests/test_{name}.py" for name in ("story", "live", "soak"))
    assert group_of(story) == group_of(live) == group_of(soak) == STACK
    assert place(story) < place(live) < place(soak) < place(LONG[0]) < place(LONG[-1])
    assert place(LONG[-1]) < place("pytake/tests/test_spread.py")
