"""After `make cover`: is enough of the code run by them, and all of what must never break?"""

import sys
from fnmatch import fnmatch
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1]
# Per cent of lines by pattern: the whole, and what must never break.
OVERALL = 85.0
FLOORS = {
    "apps/organizations/tenancy.py": 100.0,
    "apps/organizations/middleware.py": 100.0,
    "apps/whatsapp/door.py": 100.0,
    "apps/whatsapp/journal.py": 100.0,
    "apps/whatsapp/signers.py": 100.0,
    "apps/whatsapp/drain.py": 100.0,
    "apps/whatsapp/intake.py": 100.0,
    "apps/whatsapp/account_events.py": 100.0,
    "apps/whatsapp/payloads/*.py": 100.0,
    "apps/conversations/ingest/*.py": 100.0,
    "apps/conversations/sending/*.py": 100.0,
}


def floor_of(name: str) -> float:
    return max((floor for pattern, floor in FLOORS.items() if fnmatch(name, pattern)), default=0.0)


def main() -> int:
    measured = coverage.Coverage()
    measured.load()
    lines = missed = 0
    problems: list[str] = []
    names = set()
    for path in sorted(measured.get_data().measured_files()):
        name = str(Path(path).relative_to(ROOT))
        _path, statements, _excluded, missing, where = measured.analysis2(path)
        lines, missed = lines + len(statements), missed + len(missing)
        names.add(name)
        if 100 * len(missing) > (100 - floor_of(name)) * len(statements):
            problems.append(f"{name}: less than {floor_of(name)} %, no test runs {where}")
    for pattern in FLOORS:
        if not any(fnmatch(name, pattern) for name in names):
            problems.append(f"{pattern}: there is no such file")
    percent = 100 * (lines - missed) / max(lines, 1)
    sys.stdout.write(f"coverage: {percent:.1f} % of {lines} lines\n")
    if percent < OVERALL:
        problems.append(f"less than {OVERALL} % of all lines")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
