"""Maximum likelihood: time, error and memory beside statsmodels, scikit-learn and glum.

    python tests/benchmarks/bench_mle.py                 all of it, 1,000 to 1,000,000 rows
    python tests/benchmarks/bench_mle.py --quick         up to 100,000 rows, no memory
    python tests/benchmarks/bench_mle.py --markdown      ends with the README's table
    python tests/benchmarks/bench_mle.py --parts         what each part of a fit costs as well
    python tests/benchmarks/bench_mle.py --roofline      how near the machine's limits
    python tests/benchmarks/bench_mle.py --huge --models logistic poisson --d 20

What is measured, and how:

- **Data**: the same read-only arrays (C order, column of ones first) go to every library.
  Only read-only arrays does glmlib take without a copy. Nobody adds an intercept or a penalty.
- **Time**: all libraries in one process, in turns, each round in another order; the clock on
  the wall, the smallest of 3 to 30 rounds. Every call makes the estimator and fits it. Ours
  holds its checks and messages. One BLAS and OpenMP thread for all, or `--threads`.
- **Error**: the largest of |β − β*| / standard error. β* belongs to no library: Newton steps
  whose score is summed in extended precision, until the step is far below 1e-6 standard
  errors; `reference` prints the length of the last one.
- **Equal accuracy**: every tolerance is tightened until the error is at most 1e-6; the time is
  that of the loosest tolerance that does. `!` marks a library that never gets there, or only
  in ten times the time; it does not count as the best of the others. `default` is glmlib at
  its own tolerance, 1e-10.
- **Memory**: a fresh process for each entry loads the data and the library, fits once on 50
  rows, resets the peak of its resident memory, and fits: peak − before, in MiB (Linux:
  VmHWM of /proc, elsewhere ru_maxrss). It is what a fit needs over X and y.

Ends with an error where a promise of `promises` is broken.
"""

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

THREADS = [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")]
if __name__ == "__main__":  # the number of threads is read when NumPy is imported
    given = [k for k, word in enumerate(sys.argv[:-1]) if word == "--threads"]
    os.environ.update(dict.fromkeys(THREADS, sys.argv[given[-1] + 1] if given else "1"))

import numpy as np  # noqa: E402

import glmlib  # noqa: E402

EQUAL = 1e-6  # standard errors: two answers this near are the same for any use
MIB = 2**20
TOLERANCES = (1e-3, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)

# ---- the models: their data, and the exact answer in extended precision

FAMILY = {"linear": "gaussian", "logistic": "binomial", "poisson": "poisson", "gamma": "gamma"}


def data(model, n, d):
    """X (n, d) and y (n,), read-only. η spreads by 1 for every d; fewer rows are the first
    of more rows."""
    beta = glmlib.stream(d, "beta").standard_normal(d)
    beta /= np.linalg.norm(beta[1:])
    beta[0] = 0.5
    rows, draws = glmlib.stream(d, "X"), glmlib.stream(d, model)
    X, y = np.empty((n, d)), np.empty(n)
    X[:, 0] = 1.0
    for start in range(0, n, 10_000):
        block = X[start : start + 10_000]
        block[:, 1:] = rows.standard_normal((len(block), d - 1))
        eta = block @ beta
        y[start : start + len(block)] = {
            "linear": lambda eta: draws.normal(eta),
            "logistic": lambda eta: draws.random(len(eta)) < glmlib.sigmoid(eta),
            "poisson": lambda eta: draws.poisson(np.exp(eta)),
            "gamma": lambda eta: draws.gamma(2.0, np.exp(eta) / 2.0),
        }[model](eta)
    return read_only(X), read_only(y)


def read_only(array):
    """The array itself; nobody can write to it, through what it is a view of either."""
    view = array
    while isinstance(view, np.ndarray):
        view.flags.writeable = False
        view = view.base
    return array


def pieces(model, eta, y):
    """The residual r of the gradient Xᵀr, W of the information XᵀWX, and μ."""
    if model == "linear":
        return eta - y, np.ones_like(eta), eta
    if model == "logistic":
        mu = 1 / (1 + np.exp(-eta))
        return mu - y, mu * (1 - mu), mu
    mu = np.exp(eta)
    return (mu - y, mu, mu) if model == "poisson" else (1 - y / mu, np.ones_like(eta), mu)


def newton_step(model, X, y, beta):
    """−H⁻¹∇ and the standard errors at beta; the gradient is summed in extended precision."""
    n, d = X.shape
    gradient, H, chi2 = np.zeros(d, np.longdouble), np.zeros((d, d)), 0.0
    for start in range(0, n, 10_000):
        Z = X[start : start + 10_000].astype(np.longdouble)
        r, W, mu = pieces(model, Z @ beta, y[start : start + 10_000])
        gradient += Z.T @ r
        root = np.sqrt(W.astype(float))[:, None] * X[start : start + 10_000]
        H += root.T @ root
        chi2 += float((r**2).sum())
    phi = chi2 / (n - d) if model in ("linear", "gamma") else 1.0  # there V = 1 and V = μ²
    inverse = np.linalg.inv(H)
    return -inverse @ gradient.astype(float), np.sqrt(phi * np.diag(inverse))


def reference(model, X, y):
    """β* (d,), its standard errors, and the last step in standard errors: what β* is good to.

    The steps begin where glmlib ended, and end where the score says so.
    """
    beta = glmlib.GLM(X, y, FAMILY[model], link(model)).fit().beta.astype(np.longdouble)
    for k in range(20):
        step, errors = newton_step(model, X, y, beta)
        length = float(np.abs(step / errors).max())
        beta = beta + step
        if k and length < 1e-10:
            return beta, errors, length
    raise RuntimeError(f"no reference for {model}, {X.shape}: last step {length:.0e}")


def link(model):
    return "log" if model == "gamma" else None


# ---- the libraries: each call makes an estimator, fits it, gives beta (d,) and iterations


def ours(model, X, y, tolerance):
    fit = glmlib.GLM(X, y, FAMILY[model], link(model)).fit(tolerance=tolerance)
    return fit.beta, fit.iterations


def statsmodels(model, X, y, tolerance):
    sm = import_module("statsmodels.api")
    if model == "linear":
        return sm.OLS(y, X).fit().params, 1
    kind = {"logistic": "Binomial", "poisson": "Poisson", "gamma": "Gamma"}[model]
    log = (sm.families.links.Log(),) if model == "gamma" else ()
    glm = sm.GLM(y, X, family=getattr(sm.families, kind)(*log))
    fit = glm.fit(tol=tolerance, maxiter=1000)
    return fit.params, fit.fit_history["iteration"]


def sklearn(model, X, y, tolerance, solver):
    linear = import_module("sklearn.linear_model")
    options = {"fit_intercept": False}
    if model == "linear":
        if solver == "lbfgs":
            fit = linear.LinearRegression(**options).fit(X, y)
        else:
            fit = linear.Ridge(alpha=0, solver="cholesky", **options).fit(X, y)
        return fit.coef_, 1
    options |= {"tol": tolerance, "max_iter": 10_000, "solver": solver}
    if model == "logistic":
        fit = linear.LogisticRegression(C=np.inf, **options)
    else:
        kind = {"poisson": linear.PoissonRegressor, "gamma": linear.GammaRegressor}[model]
        fit = kind(alpha=0, **options)
    fit.fit(X, y)
    return fit.coef_.ravel(), int(np.max(fit.n_iter_))


def sklearn_newton(*arguments):
    return sklearn(*arguments, "newton-cholesky")


def sklearn_lbfgs(*arguments):
    return sklearn(*arguments, "lbfgs")


def glum(model, X, y, tolerance):
    family = {"linear": "normal", "logistic": "binomial"}.get(model, model)
    fit = import_module("glum").GeneralizedLinearRegressor(
        family=family,
        link=link(model) or "auto",
        alpha=0,
        fit_intercept=False,
        gradient_tol=tolerance,
        max_iter=1000,
    )
    return fit.fit(X, y).coef_, int(fit.n_iter_)


LIBRARIES = {
    "glmlib": ours,
    "default": ours,
    "statsmodels": statsmodels,
    "newton-cholesky": sklearn_newton,
    "lbfgs": sklearn_lbfgs,
    "glum": glum,
}
OURS = ("glmlib", "default")
NOTE = (
    "default is glmlib at its own tolerance; newton-cholesky and lbfgs are scikit-learn's. "
    "In the linear model these stand for "
    "Ridge(alpha=0, solver='cholesky') and LinearRegression, and statsmodels for its OLS."
)
IMPORTS = {
    "numpy": "numpy",
    "glmlib": "glmlib",
    "statsmodels": "statsmodels.api",
    "scikit-learn": "sklearn.linear_model",
    "glum": "glum",
}


def tolerances(name, model):
    """What is tried, the loosest first; None is the default."""
    if name == "default" or (model == "linear" and name != "glum"):
        return (None,)
    return TOLERANCES[3:] + (1e-14,) if name == "statsmodels" else TOLERANCES


# ---- measuring


def clock(call):
    """Seconds on the clock and the value of a call; rubbish is collected before it."""
    gc.collect()
    begin = time.perf_counter()
    value = call()
    return time.perf_counter() - begin, value


def calibrate(name, model, X, y, exact, errors, first):
    """An entry at the loosest tolerance, from `first` on, whose error is at most EQUAL, or at
    the last before the time is ten times longer: a line search that fails in rounding."""
    tried, entry = tolerances(name, model), {}
    for k in range(min(first, len(tried) - 1), len(tried)):
        seconds, (beta, iterations) = clock(lambda k=k: LIBRARIES[name](model, X, y, tried[k]))
        if seconds > 10 * entry.get("seconds", np.inf):
            break
        error = float(np.abs((np.ravel(beta) - exact) / errors).max())
        entry = {
            "seconds": seconds,
            "iterations": iterations,
            "tolerance": tried[k],
            "rung": k,
            "error": error,
            "reached": error <= EQUAL,
        }
        if entry["reached"]:
            break
    return entry


def measure(model, X, y, before, options):
    """All entries of one case; `before` has those of the same model with fewer rows."""
    n, d = X.shape
    exact, errors, last = reference(model, X, y)
    case = {"model": model, "n": n, "d": d, "reference": last, "entries": {}}
    for name in options.libraries:
        old = before.get(name, {"seconds": 0.0, "n": n, "rung": 0})
        if "skipped" in old:
            case["entries"][name] = old
            continue
        grown = n / old["n"]
        if old["seconds"] * grown > options.limit:
            case["entries"][name] = {"skipped": f"over {options.limit:g} s a call"}
            continue
        if old.get("mib", 0.0) * grown * MIB > free_memory():
            case["entries"][name] = {"skipped": "does not fit in memory"}
            continue
        entry = calibrate(name, model, X, y, exact, errors, old["rung"])
        case["entries"][name] = {"n": n, **entry}
    timed = {k: e for k, e in case["entries"].items() if "skipped" not in e}
    whole = sum(entry["seconds"] for entry in timed.values())
    case["rounds"] = int(np.clip(options.seconds / whole, 3, 30))
    for k in range(case["rounds"]):
        names = list(timed)
        for name in names[k % len(names) :] + names[: k % len(names)]:
            entry = timed[name]
            call = lambda f=LIBRARIES[name], e=entry: f(model, X, y, e["tolerance"])  # noqa: E731
            entry["seconds"] = min(entry["seconds"], clock(call)[0])
    if options.parts and "glmlib" in timed:
        case["parts"] = parts(model, X, y, case["rounds"])
    if n * d >= options.memory_from:
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder) / "X.npy", X)
            np.save(Path(folder) / "y.npy", y)
            for name, entry in timed.items():
                words = ["--child", folder, model, name, str(entry["tolerance"])]
                entry["mib"] = float(python(__file__, *words))
    return case


def free_memory():
    return import_module("psutil").virtual_memory().available


def python(*words):
    """What a fresh interpreter prints, with as many threads as this one."""
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def child(folder, model, name, tolerance):
    """Prints the peak memory of one fit over what was there before it, in MiB."""
    tolerance = None if tolerance == "None" else float(tolerance)
    X, y = (read_only(np.load(Path(folder) / f"{k}.npy")) for k in "Xy")
    few = data(model, 50, 2)
    LIBRARIES[name](model, *few, tolerance)  # the library is loaded, its caches are made
    gc.collect()
    before = reset_peak()
    LIBRARIES[name](model, X, y, tolerance)
    print((peak() - before) / MIB)


def reset_peak():
    """Forgets the peak so far where the system can; the resident bytes from now on."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return status("VmRSS")
    except OSError:
        return peak()


def peak():
    """The largest resident memory of this process since `reset_peak`, in bytes."""
    if Path("/proc/self/status").exists():
        return status("VmHWM")
    most = import_module("resource").getrusage(0).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024)


def status(field):
    text = Path("/proc/self/status").read_text()
    return int(text.split(field + ":")[1].split()[0]) * 1024


def parts(model, X, y, rounds):
    """Seconds of each part of a fit, the smallest of some rounds; each fit is a new one."""
    found = {}

    def took(name, call):
        seconds, value = clock(call)
        found[name] = min(seconds, found.get(name, seconds))
        return value

    for _ in range(rounds):
        glm = took("GLM(X, y)", lambda: glmlib.GLM(X, y, FAMILY[model], link(model)))
        fit = took("fit()", glm.fit)
        took("standard_errors", lambda f=fit: f.standard_errors)
        took("summary()", lambda f=fit: str(f.summary()))
        took("residuals()", fit.residuals)
        took("leverage", lambda f=fit: f.leverage)
    return found


def import_times(rounds):
    """Seconds of each library's import in a fresh interpreter, NumPy's included."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    return {
        name: min(float(python("-c", code.format(module))) for _ in range(rounds))
        for name, module in IMPORTS.items()
    }


# ---- the limits of the machine


def roofline(model, n, d):
    """What an iteration must read and compute, over what this machine can do.

    An iteration is one pass over the rows: loss, score and information (`blocks.look`).
    Bytes: X and y once. Flops of a row: η 2d, √W·x d, the symmetric product d(d + 1), the
    gradient 2d. The bandwidth is that of x·x over all of X, the rate that of AᵀA for rows
    that lie in the cache. exp of n numbers is printed beside them: it counts in neither.
    """
    X, y = data(model, n, d)
    glm = glmlib.GLM(X, y, FAMILY[model], link(model))
    fit = glm.fit()
    flat, block, eta = X.ravel(), np.array(X[:4096]), np.array(X[:4096, -1])
    many = -(-n // len(block))

    def best(call):
        return min(clock(call)[0] for _ in range(7))

    bandwidth = X.nbytes / best(lambda: flat @ flat)
    square = best(lambda: [block.T @ block for _ in range(many)])
    rate = many * len(block) * d * (d + 1) / square
    exp = best(lambda: [np.exp(eta) for _ in range(many)])
    bytes_read, flops = X.nbytes + y.nbytes, n * (5 * d + d * (d + 1))
    limit = bytes_read / bandwidth + flops / rate
    one = best(lambda: glmlib.blocks.look(glm, fit.beta))
    whole = best(lambda: glmlib.GLM(X, y, FAMILY[model], link(model)).fit())
    print(
        f"""
Roofline: {model}, {n:,} rows, {d} columns, {threads()} thread(s)
  read bandwidth of X          {bandwidth / 1e9:8.1f} GB/s
  XᵀX on blocks in the cache   {rate / 1e9:8.1f} Gflop/s
  an iteration reads           {bytes_read / 1e6:8.1f} MB     {bytes_read / bandwidth:.4f} s
  an iteration computes        {flops / 1e6:8.1f} Mflop  {flops / rate:.4f} s
  exp of so many numbers                       {exp:.4f} s, not in the limit
  limit of an iteration        {limit:8.4f} s
  an iteration takes           {one:8.4f} s, so it reaches {limit / one:.0%} of the limit
  the whole fit takes          {whole:8.4f} s, as {whole / one:.1f} iterations; it reports """
        f"{fit.iterations}"
    )


def threads():
    return os.environ["OMP_NUM_THREADS"]


# ---- the report


def machine():
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((x.split(": ")[1] for x in lines if x.startswith("model name")), cpu)
    packages = ("numpy", "scipy", "statsmodels", "scikit-learn", "glum")
    info = import_module("threadpoolctl").threadpool_info()
    return {
        "date": date.today().isoformat(),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "threads": threads(),
        "pools": sorted({f"{p['internal_api']} {p['num_threads']}" for p in info}),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "extended": float(np.finfo(np.longdouble).eps),
    }


def show_machine(m):
    versions = ", ".join(f"{name} {v}" for name, v in m["versions"].items())
    print(f"{m['date']}, {m['cpu']}, {m['cores']} cores, {m['system']}")
    print(f"Python {m['python']}, {versions}")
    print(f"threads: {m['threads']} ({', '.join(m['pools'])})")
    if m["load"] is not None and m["load"] > 0.5:
        print(f"THE MACHINE IS BUSY (load {m['load']:.1f}): times are too long")
    if m["extended"] > 1e-18:
        print("NO EXTENDED PRECISION HERE: the reference is a double")
    print(NOTE + "\n")


def show_case(case):
    print(
        f"{case['model']}, N = {case['n']:,}, D = {case['d']}   "
        f"(reference to {case['reference']:.0e} standard errors, {case['rounds']} rounds)"
    )
    print(f"  {'':<16}{'ms':>11}{'iterations':>12}{'error':>9}{'tolerance':>11}{'MiB':>9}")
    ours = case["entries"].get("glmlib", {}).get("seconds")
    for name, entry in case["entries"].items():
        if "skipped" in entry:
            print(f"  {name:<16}{'skipped: ' + entry['skipped']:>11}")
            continue
        tolerance = "default" if entry["tolerance"] is None else f"{entry['tolerance']:.0e}"
        memory = f"{entry['mib']:9.1f}" if "mib" in entry else f"{'':>9}"
        ratio = f"{entry['seconds'] / ours:8.2f} times ours" if ours else ""
        print(
            f"  {name:<16}{1000 * entry['seconds']:>11.3f}{entry['iterations']:>12}"
            f"{entry['error']:>9.0e}{tolerance:>11}{memory}"
            f"{' ' if entry['reached'] else '!'}{'' if name in OURS else ratio}"
        )
    if ours:
        words = [f"{r:.2g} times as fast as {what}" for what, r in ratios(case) if r]
        print("  ours is " + ", ".join(words) if words else "")
    for name, seconds in case.get("parts", {}).items():
        print(f"    {name:<20}{1000 * seconds:11.3f} ms")
    print(flush=True)


def ratios(case):
    """How many times as fast as statsmodels and as the best of the others; None: not known."""
    entries = case["entries"]
    ours = entries.get("glmlib", {}).get("seconds", np.nan)
    good = {k: e["seconds"] for k, e in entries.items() if e.get("reached")}
    best = [good[k] for k in ("newton-cholesky", "lbfgs", "glum") if k in good]
    return (
        ("statsmodels", good["statsmodels"] / ours if "statsmodels" in good else None),
        ("the best of the others", min(best) / ours if best else None),
    )


def exponents(cases, along, fixed):
    """Time as a power of N or D, from one size to the next."""
    print(f"Time grows as a power of {along.upper()}:")
    for one, two in neighbours(sorted(cases, key=lambda c: c[along]), fixed):
        powers = [f"{name} {power(one, two, along, name):.2f}" for name in one["entries"]]
        sizes = f"{one[along]:,} to {two[along]:,}"
        print(
            f"  {one['model']:<9}{fixed.upper()} = {one[fixed]:<10,}{sizes:<22}"
            + "  ".join(powers)
        )
    print()


def neighbours(cases, fixed):
    """Pairs of cases with the same model and the same `fixed`, one next to the other."""
    groups = {}
    for case in cases:
        groups.setdefault((case["model"], case[fixed]), []).append(case)
    return [pair for group in groups.values() for pair in zip(group, group[1:], strict=False)]


def power(one, two, along, name):
    """p in time ~ sizeᵖ between two cases; NaN where one of them was not measured."""
    a, b = (case["entries"].get(name, {}).get("seconds", np.nan) for case in (one, two))
    return np.log(b / a) / np.log(two[along] / one[along])


README_SIZES = ((1_000, 10), (100_000, 10), (1_000_000, 20))


def markdown(m, cases, imports):
    """The README's table: its sizes, or all there are where none of them was measured."""
    shown = [c for c in cases if (c["n"], c["d"]) in README_SIZES] or cases
    names = list(shown[0]["entries"])
    print("| model | N | D | " + " | ".join(names) + " | × statsmodels | × best other |")
    print("|---|--:|--:|" + "--:|" * (len(names) + 2))
    for case in shown:
        cells = []
        for entry in case["entries"].values():
            if "skipped" in entry:
                cells.append("–")
                continue
            ms = 1000 * entry["seconds"]
            cell = f"{ms:,.0f}" if ms >= 100 else f"{ms:.3g}"
            cell += " ms" + ("" if entry["reached"] else f" !{entry['error']:.0e}")
            cells.append(cell + (f", {entry['mib']:,.0f} MiB" if "mib" in entry else ""))
        cells += [f"{r:.1f}" if r else "–" for _, r in ratios(case)]
        print(f"| {case['model']} | {case['n']:,} | {case['d']} | " + " | ".join(cells) + " |")
    errors = [
        e["error"] for c in shown for e in c["entries"].values() if e.get("reached", False)
    ]
    versions = ", ".join(f"{name} {v}" for name, v in m["versions"].items())
    print(
        f"\nSmallest time of several in one run, {m['threads']} thread(s), and memory over X "
        f"and y; {m['date']}, {m['cpu']}, Python {m['python']}, {versions}. Every answer is "
        f"within {max(errors):.0e} standard errors of the exact one, but those with `!`, "
        f"which says how far. {NOTE} Import: "
        + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in imports.items())
        + ".\n"
    )


def promises(cases):
    """Prints what must hold with what was found; whether all of it does."""
    ours = [c for c in cases if "skipped" not in c["entries"].get("glmlib", {"skipped": ""})]
    worst = max(ours, key=lambda case: case["entries"]["glmlib"]["error"], default=None)
    found = []
    if worst:
        error = worst["entries"]["glmlib"]["error"]
        found.append((worst, "our largest error in standard errors", error, 0, EQUAL))
    for case in ours:
        size, at = (case["n"], case["d"]), case["entries"]
        entry = at["glmlib"]
        if size == (1_000, 10) and case["model"] != "linear":
            for name, least in (("statsmodels", 1), ("newton-cholesky", 0.5)):
                if name in at:
                    ratio = at[name].get("seconds", np.inf) / entry["seconds"]
                    found.append((case, f"times {name}", ratio, least, np.inf))
        if size == (1_000_000, 20) and case["model"] in ("logistic", "poisson"):
            for (what, ratio), least in zip(ratios(case), (10, 2), strict=True):
                if ratio:
                    found.append((case, f"times {what}", ratio, least, np.inf))
            found.append((case, "MiB over X and y", entry.get("mib", np.nan), 0, 50))
    for one, two in neighbours(cases, "d"):
        if one["n"] >= 100_000 and one["d"] == 20:
            p = power(one, two, "n", "glmlib")
            found.append((two, f"power of N from {one['n']:,}", p, 0.95, 1.05))
    print("What must hold:")
    kept = True
    for case, what, value, low, high in found:
        holds = bool(low <= value <= high)
        kept = kept and holds
        print(
            f"  {'holds ' if holds else 'MISSED'} {case['model']}, N = {case['n']:,}, "
            f"D = {case['d']}: {what} {value:.3g}, needed {low:g} to {high:g}"
        )
    return kept


def parser():
    parse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = lambda word: int(float(word))  # noqa: E731
    parse.add_argument("--models", nargs="+", default=list(FAMILY), choices=FAMILY)
    parse.add_argument("--libraries", nargs="+", default=list(LIBRARIES), choices=LIBRARIES)
    parse.add_argument("--n", nargs="+", type=size, help="numbers of rows, e.g. 1e3 1e6")
    parse.add_argument("--d", nargs="+", type=size, help="numbers of columns")
    parse.add_argument("--huge", action="store_true", help="10,000,000 rows as well")
    parse.add_argument("--quick", action="store_true", help="up to 100,000 rows, no memory")
    parse.add_argument("--threads", default="1", help="BLAS and OpenMP threads, for all")
    parse.add_argument("--seconds", type=float, default=5.0, help="aim for so long a case")
    parse.add_argument("--limit", type=float, default=60.0, help="skip a call that takes more")
    parse.add_argument(
        "--memory-from", type=size, help="memory where N·D is at least this (1,000,000)"
    )
    parse.add_argument("--parts", action="store_true", help="what each part of a fit costs")
    parse.add_argument("--roofline", action="store_true", help="measure the limits, and stop")
    parse.add_argument("--markdown", action="store_true", help="end with the README's table")
    parse.add_argument("--save", help="write what was measured to this JSON file")
    parse.add_argument("--load", help="measure nothing, report what a JSON file holds")
    parse.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    return parse


def main():
    options = parser().parse_args()
    warnings.simplefilter("ignore")  # of peers that are told to go on below their rounding
    if options.child:
        child(*options.child)
        return 0
    if options.quick:
        options.n, options.d = options.n or [1e3, 1e4, 1e5], options.d or [2, 10]
        options.seconds, options.memory_from = 1.0, options.memory_from or np.inf
    options.memory_from = options.memory_from or 1_000_000
    rows = sorted(map(int, options.n or [1e3, 1e4, 1e5, 1e6]))
    rows += [10_000_000] if options.huge and 10_000_000 not in rows else []
    columns = sorted(options.d or [2, 10, 20, 100])
    if options.roofline:
        for model in options.models:
            roofline(model, options.n[-1] if options.n else 1_000_000, (options.d or [20])[-1])
        return 0
    if options.load:
        results = json.loads(Path(options.load).read_text(encoding="utf-8"))
        show_machine(results["machine"])
        for case in results["cases"]:
            show_case(case)
    else:
        for module in IMPORTS.values():
            import_module(module)
        gc.freeze()  # the libraries themselves are not searched for rubbish each time
        results = {
            "machine": machine(),
            "imports": import_times(1 if options.quick else 3),
            "cases": [],
        }
        show_machine(results["machine"])
        for model in options.models:
            for d in columns:
                results["cases"] += sizes(model, rows, d, options)
    cases, imports = results["cases"], results["imports"]
    if options.save:
        Path(options.save).write_text(json.dumps(results, indent=1), encoding="utf-8")
    exponents(cases, "n", "d")
    exponents(cases, "d", "n")
    print("Import, NumPy's own included:")
    for name, seconds in imports.items():
        print(f"  {name:<14}{seconds:8.3f} s")
    print()
    if options.markdown:
        markdown(results["machine"], cases, imports)
    return 0 if promises(cases) else 1


def sizes(model, rows, d, options):
    """The cases of one model and d, from few rows to many: the first rows of the same data."""
    fits = [n for n in rows if n > d and 3 * 8 * n * (d + 1) < free_memory()]
    for n in sorted(set(rows) - set(fits)):
        print(f"{model}, N = {n:,}, D = {d}: skipped, the data do not fit\n")
    cases, before = [], {}
    X, y = data(model, max(fits), d)
    for n in fits:
        case = measure(model, X[:n], y[:n], before, options)
        before = case["entries"]
        show_case(case)
        cases.append(case)
    return cases


if __name__ == "__main__":
    sys.exit(main())
