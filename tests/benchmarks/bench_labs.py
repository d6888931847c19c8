"""What the fit lab costs the kernel. Run by name:  python tests/benchmarks/bench_labs.py

Prints, for the listing's data in all three models: the time to open the lab, to answer a move
of the iteration, to answer first at a learning rate nobody has asked for yet, and to compute
the paths of all rates of the grid over 100,000 iterations; then the size of its page.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import glmlib  # noqa: E402
from glmlib.course import fit_lab  # noqa: E402
from glmlib.course.kinds import MODELS  # noqa: E402

TARGETS = {"iteration move": 25, "first draw at a new rate": 150, "all rates": 5000}
PAGE = 1000  # kB


def milliseconds(action):
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def line(what, times):
    """Print median and 95th percentile; True when the median meets its target."""
    median, high = statistics.median(times), sorted(times)[int(0.95 * (len(times) - 1))]
    target = TARGETS.get(what)
    met = target is None or median <= target
    verdict = "" if target is None else f"   target {target} ms: {'met' if met else 'MISSED'}"
    print(f"  {what:26} median {median:8.1f} ms   95 % within {high:8.1f} ms{verdict}")
    return met


def measure(kind, moves=60, rates=15):
    X, y, beta, start = glmlib.article_data(kind)
    model = MODELS[kind](X, y)

    def opened():
        return fit_lab(model, truth=beta, start=start)

    print(kind)
    line("opening the lab", [milliseconds(lambda: opened().picture()) for _ in range(3)])
    lab = opened()
    steps = lab.controls["iteration"].values[:moves]
    times = [milliseconds(lambda k=k: lab.set_state({"iteration": k})) for k in steps]
    met = line("iteration move", times)
    lab.set(iteration=10)
    # between the rates of the grid, from above the limit to very slow
    limit = glmlib.stability_limit(model, model.fit().beta)
    new = [limit * 1.37 * 1.5**-j for j in range(rates)]
    times = [milliseconds(lambda r=r: lab.set_state({"learning_rate": r})) for r in new]
    met &= line("first draw at a new rate", times)
    lab = opened()
    count = len(lab.controls["learning_rate"].values)
    met &= line(
        "all rates",
        [milliseconds(lambda: lab.descent.ahead(lab.controls["learning_rate"].values))],
    )
    print(f"  ({count} rates, up to {lab.descent.iterations:,} iterations, in one matrix)")
    with tempfile.TemporaryDirectory() as folder:
        size = lab.to_html(Path(folder) / "page.html").stat().st_size / 1000
    print(f"  a saved page {size:.0f} kB, at most {PAGE}")
    return met and size <= PAGE


if __name__ == "__main__":
    met = [measure(kind) for kind in MODELS]
    raise SystemExit(0 if all(met) else 1)
