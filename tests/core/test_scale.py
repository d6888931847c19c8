"""One fit whose rows lie in files: read by this process, by others, by a cluster.

The extra `scale` brings Dask and Parquet. GLMLIB_SCALE_ROWS sets the number of rows on the
cluster, for example 10_000_000; `pytest -rP` shows what the tests print.
"""

import io
import os
import pickle
import re
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import glmlib

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ROWS = int(os.environ.get("GLMLIB_SCALE_ROWS", 200_000))
SHARES = np.arange(1, 13) / 78  # twelve files, none as long as another
D = 6


def drawn(number, n):
    """X (n, D) and y (n,) of one file; every file has draws of its own."""
    X, y, _ = glmlib.simulate("poisson", n=n, d=D, seed=number, beta=np.linspace(0.6, -0.4, D))
    return X, y


def away(fit, other):
    """The largest difference of two fits' coefficients in standard errors."""
    return float(np.abs((fit.beta - other.beta) / other.standard_errors).max())


def numbers(value):
    """How many numbers a result of a block holds."""
    return sum(map(numbers, value)) if isinstance(value, tuple | list) else np.size(value)


# ---- without a cluster: memory maps, processes


def mapped(folder, start, stop):
    """A block that whoever computes with it maps into its own memory."""
    X, y = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in "Xy")
    return X[start:stop], y[start:stop]


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory):
    """Blocks of unequal length in two .npy files, and the fit of their rows as one array."""
    folder = tmp_path_factory.mktemp("arrays")
    X, y = drawn(0, 20_000)
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    edges = [0, 1, 700, 9_000, 9_100, 20_000]
    blocks = [partial(mapped, folder, a, b) for a, b in zip(edges, edges[1:], strict=False)]
    return blocks, glmlib.PoissonRegression(X, y).fit()


def test_memory_maps_give_the_answer_of_one_array(on_disk):
    blocks, whole = on_disk
    fit = glmlib.fit_blocks(blocks, "poisson")
    assert fit.converged and away(fit, whole) < 1e-12
    np.testing.assert_allclose(fit.standard_errors, whole.standard_errors, rtol=1e-12)


def test_processes_give_the_answer_of_one_array(on_disk):
    blocks, whole = on_disk
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        fit = glmlib.fit_blocks(blocks, "poisson", map=pool.map)
    assert away(fit, whole) < 1e-12


def test_an_order_of_its_own_changes_nothing(on_disk):
    blocks, whole = on_disk

    def backwards(f, items):
        return [f(item) for item in reversed(list(items))]

    assert away(glmlib.fit_blocks(blocks, "poisson", map=backwards), whole) < 1e-12


def test_what_travels_does_not_grow_with_the_rows():
    out, back, sizes = set(), set(), []

    def measured(f, items):
        out.add(len(pickle.dumps(f)))
        results = [f(item) for item in items]
        back.update(map(numbers, results))
        sizes.extend(len(pickle.dumps(result)) for result in results)
        return results

    travelled = []
    for n in (200, 20_000):
        X, y = drawn(0, n)
        halves = [(X[: n // 2], y[: n // 2]), (X[n // 2 :], y[n // 2 :])]
        glmlib.fit_blocks(halves, "poisson", map=measured)
        travelled.append((max(out), max(back)))
        print(
            f"{n:,} rows, {D} columns: to a block {max(out)} bytes, back {max(back)} numbers"
        )
        out.clear(), back.clear()
    assert travelled[0] == travelled[1] and travelled[0][1] <= D**2 + D + 8
    assert travelled[0][0] < 5_000 and max(sizes) < 8 * (D**2 + D + 8) + 1_000


# ---- on a cluster


def read(path):
    """A block that a worker reads from its own Parquet file."""
    import pyarrow.parquet as pq

    *X, y = (column.to_numpy() for column in pq.read_table(path).columns)
    return np.column_stack(X), y


def read_or_die(path):
    """The same, but the process is gone, once, where a file `now` stands beside the data."""
    try:
        (path.parent / "now").rename(path.parent / f"dead {os.getpid()}")
    except FileNotFoundError:
        return read(path)
    os._exit(1)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Twelve Parquet files, and the fit of all their rows as one array."""
    pa = pytest.importorskip("pyarrow", reason='needs pip install -e ".[scale]"')
    import pyarrow.parquet as pq

    folder, parts = tmp_path_factory.mktemp("parquet"), []
    edges = [0, *(round(ROWS * share) for share in accumulate(SHARES))]
    for number, (a, b) in enumerate(zip(edges, edges[1:], strict=False)):
        X, y = drawn(number, b - a)
        parts.append((X, y))
        columns = {f"x{j}": X[:, j] for j in range(D)} | {"y": y}
        pq.write_table(pa.table(columns), folder / f"{number:02}.parquet")
    X, y = (np.concatenate(part) for part in zip(*parts, strict=True))
    assert len(y) == ROWS
    return sorted(folder.glob("*.parquet")), glmlib.PoissonRegression(X, y).fit()


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed", reason='needs pip install -e ".[scale]"')
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=60
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def on(client):
    return lambda f, blocks: client.gather(client.map(f, blocks))


def test_a_cluster_gives_the_answer_of_one_machine(client, files):
    paths, whole = files
    seen = []
    begin = time.perf_counter()
    fit = glmlib.fit_blocks(
        [partial(read, path) for path in paths],
        "poisson",
        map=on(client),
        progress=seen.append,
    )
    seconds = time.perf_counter() - begin
    print(
        f"{ROWS:,} rows in {len(paths)} Parquet files on two workers: {seconds:.1f} s, "
        f"{away(fit, whole):.1e} standard errors from the one-machine answer"
    )
    for p in seen:
        print(f"{p.iteration:>3} {p.deviance:16.6f} {p.rows / p.seconds:14,.0f} rows/s")
    assert fit.converged and away(fit, whole) < 1e-12
    assert {p.rows for p in seen} == {ROWS}
    numbered = [p.iteration for p in seen]
    assert numbered == sorted(numbered) and len(seen) >= fit.iterations
    assert seen[-1].deviance == pytest.approx(whole.deviance, rel=1e-12)


def test_a_worker_killed_in_an_iteration_loses_nothing(client, files):
    paths, whole = files
    client.wait_for_workers(2)
    workers = set(client.run(os.getpid).values())
    rows = []

    def progress(p):
        rows.append(p.rows)
        if len(rows) == 2:  # the next pass is in the middle of the fit
            (paths[0].parent / "now").touch()

    blocks = [partial(read, path) for path in paths]
    blocks[5] = partial(read_or_die, paths[5])  # after others, whose sums die with the worker
    fit = glmlib.fit_blocks(blocks, "poisson", map=on(client), progress=progress)
    (dead,) = paths[0].parent.glob("dead *")
    assert int(dead.name.split()[1]) in workers - set(client.run(os.getpid).values())
    print(f"one of two workers killed: {away(fit, whole):.1e} standard errors away")
    assert set(rows) == {ROWS} and away(fit, whole) < 1e-12


def test_the_example_in_the_readme_runs_on_a_cluster(client, files, monkeypatch):
    paths, whole = files
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    (example,) = [block for block in blocks if "dask" in block]
    monkeypatch.chdir(paths[0].parent)
    monkeypatch.setattr("dask.distributed.Client", lambda: client)
    names = {"__name__": "__main__"}
    exec(example, names)
    assert away(names["fit"], whole) < 1e-12


def test_a_bar_shows_the_progress(on_disk):
    tqdm = pytest.importorskip("tqdm", reason='needs pip install -e ".[scale]"')
    blocks, whole = on_disk
    with tqdm.tqdm(file=io.StringIO(), unit=" rows", unit_scale=True, mininterval=0) as bar:

        def show(p):
            bar.set_postfix(iteration=p.iteration, deviance=f"{p.deviance:.6g}")
            bar.update(p.rows)

        glmlib.fit_blocks(blocks, "poisson", progress=show)
    shown = bar.fp.getvalue()
    assert bar.n >= 20_000 * whole.iterations
    assert f"deviance={whole.deviance:.6g}" in shown and "rows/s" in shown
