"""After the tests of a CI run: is enough of the code run by them, and all of what must never break?"""

import sys
from fnmatch import fnmatch
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1]
OVERALL = 85.0
# Tenancy, webhooks, sending: every line.
WHOLE = (
    "apps/organizations/tenancy.py",
    "apps/organizations/middleware.py",
    "apps/whatsapp/door.py",
    "apps/whatsapp/journal.py",
    "apps/whatsapp/signers.py",
    "apps/whatsapp/drain.py",
    "apps/whatsapp/intake.py",
    "apps/whatsapp/account_events.py",
    "apps/whatsapp/payloads/*.py",
    "apps/conversations/ingest/*.py",
    "apps/conversations/sending/*.py",
)


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
        if missing and any(fnmatch(name, pattern) for pattern in WHOLE):
            problems.append(f"{name}: no test runs {where}")
    problems += [
        f"{pattern}: there is no such file" for pattern in WHOLE if not any(fnmatch(n, pattern) for n in names)
    ]
    percent = 100 * (lines - missed) / max(lines, 1)
    sys.stdout.write(f"coverage: {percent:.1f} % of {lines} lines\n")
    if percent < OVERALL:
        problems.append(f"less than {OVERALL} % of all lines")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
