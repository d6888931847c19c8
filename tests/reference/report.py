"""Prints how far glmlib is from the exact answers, the worst case of each quantity.

python tests/reference/report.py            the worst case of each quantity
python tests/reference/report.py --all      every case and quantity
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests/, as pytest has it

from reference import cases  # noqa: E402

HEAD = f"{'quantity':<28}{'worst error':>12}{'tolerance':>12}  case"


def measure():
    """[(quantity, error, tolerance, case)] of every case."""
    rows = []
    for name in cases.NAMES:
        found = cases.errors(cases.read(name), cases.model(name).fit())
        rows += [(quantity, *pair, name) for quantity, pair in found.items()]
    return rows


def report(rows, every=False):
    lines = [HEAD, "-" * len(HEAD)]
    for quantity in dict.fromkeys(row[0] for row in rows):
        chosen = sorted((r for r in rows if r[0] == quantity), key=lambda r: -r[1])
        for _, error, tolerance, name in chosen if every else chosen[:1]:
            mark = "" if error <= tolerance else "   TOO LARGE"
            lines.append(f"{quantity:<28}{error:>12.1e}{tolerance:>12.0e}  {name}{mark}")
    lines.append(f"{len({row[3] for row in rows})} cases")
    return "\n".join(lines)


if __name__ == "__main__":
    rows = measure()
    print(report(rows, "--all" in sys.argv))
    sys.exit(any(error > tolerance for _, error, tolerance, _ in rows))
