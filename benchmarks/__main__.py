"""`python -m benchmarks [name …] [--quick]`: a table on the terminal, JSON in benchmarks/results/."""

import argparse
import importlib
import json
import os
import platform
import time
from pathlib import Path

from benchmarks.house import House
from benchmarks.rounds import Row

FIGURES = (
    "acks",
    "inbound",
    "statuses",
    "sends",
    "pushes",
    "browser",
    "pages",
    "scale",
    "pulls",
    "agents",
    "opening",
    "engine",
    "answers",
    "canvas",
    "timers",
)
RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="fewer messages: for a look, not for the record")
    given = parser.parse_args()
    if unknown := set(given.names) - set(FIGURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    rows: list[Row] = []
    with House(quick=given.quick) as house:
        for name in given.names or FIGURES:
            began, load = time.monotonic(), os.getloadavg()[0]
            print(f"… {name} (load {load:.1f})", flush=True)
            found = importlib.import_module(f"benchmarks.{name}").run(house)
            for row in found:
                print(line(row), flush=True)
            print(f"  {time.monotonic() - began:.0f} s", flush=True)
            rows += found
    print("\n" + table(rows))
    print(f"\nwritten to {write(rows, quick=given.quick)}")
    return 0 if all(row.verdict != "MISSED" for row in rows) else 1


def table(rows: list[Row]) -> str:
    head = f"{'figure':44} {'measured':>14} {'reference':>14} {'value':>9} {'must':>8} {'aim':>8}  verdict"
    return "\n".join([head, "-" * len(head), *map(line, rows)])


def line(row: Row) -> str:
    goal = row.goal
    sign, cross = ("≥" if goal.more_is_better else "≤"), ("×" if goal.is_ratio else "")
    reference = "–" if row.reference is None else f"{row.reference:,.2f} {goal.unit}"
    value = f"{row.value:,.2f} {cross or goal.unit}"
    return (
        f"{goal.name:44} {f'{row.measured:,.2f} {goal.unit}':>14} {reference:>14} {value:>9} "
        f"{f'{sign}{goal.must:g}{cross}':>8} {f'{sign}{goal.aim:g}{cross}':>8}  {row.verdict}  {row.note}"
    )


def write(rows: list[Row], *, quick: bool) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()}
    path.write_text(json.dumps({"quick": quick, "machine": machine, "rows": [row.facts() for row in rows]}, indent=1))
    return path


if __name__ == "__main__":
    raise SystemExit(main())
