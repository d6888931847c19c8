"""Writes the cases of this folder from ../shared/reference: what the tests read, no more.

    python tests/reference/trim.py

Run by hand, when a case is added; the tests compare this folder with its source.
"""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests/, as pytest has it

from reference import cases  # noqa: E402

KEEP = (
    "name family link n p source licence df_residual df_null null_deviance loglik_df BIC vcov "
    "p_value confint_profile_95 casewise exact"
).split()
ROWS = 40  # row-by-row numbers are kept for data sets of at most so many rows


def trimmed(case):
    kept = {key: case[key] for key in KEEP if key in case}
    if case["n"] > ROWS:
        kept.pop("casewise", None)
    return kept


if __name__ == "__main__":
    for name in cases.SHIPPED:
        text = json.dumps(
            trimmed(cases.read(name, shipped=False)), indent=1, ensure_ascii=False
        )
        (cases.HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        if not name.startswith("article_"):  # glmlib ships that table itself
            source = cases.SHARED / "data" / "design" / f"{name}.csv"
            shutil.copyfile(source, cases.HERE / f"{name}.csv")
