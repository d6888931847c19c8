"""Makes the cases `made_…` and `birthwt`: data, and the answers beside them.

    python tests/reference/make.py [names]

Run by hand, when a case is added. The data are drawn once and stored: nobody owns them. The
answers are those of `answers.py`, in 50 digits; the tests fit the stored data.
"""

import csv
import json
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests/, as pytest has it

import glmlib  # noqa: E402
from reference import cases  # noqa: E402
from reference.answers import answers  # noqa: E402

MADE = {}


def case(family, link, what, terms=None):
    """Enter a function that returns the columns {name: (n,)}, y, and weights and offset."""

    def enter(make):
        MADE[make.__name__] = (make, family, link, what, terms)
        return make

    return enter


def draws(seed):
    return np.random.default_rng([2024, seed])


def factor(name, levels, of):
    """A column of 0 and 1 for each level but the first."""
    return {f"{name}{level}": (of == level) * 1.0 for level in levels[1:]}


def contrasts(name, levels, of):
    """Orthogonal polynomials of an ordered factor: linear, quadratic, and so on."""
    at = np.vander(np.arange(len(levels)), increasing=True)
    Q = np.linalg.qr(at)[0] * np.sign(np.linalg.qr(at)[1].diagonal())
    return {f"{name}.{k}": Q[of, k].round(15) for k in range(1, len(levels))}


# ---- linear: the four pictures of one table that are told apart by looking at them

ELEVEN = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], dtype=float)


@case("gaussian", "identity", "eleven points about a line", [1])
def made_line():
    return {"x": ELEVEN}, (3 + ELEVEN / 2 + draws(1).normal(0, 1.2, 11)).round(2)


@case("gaussian", "identity", "eleven points on a parabola, a line fitted", [1])
def made_curve():
    return {"x": ELEVEN}, (9.1 - 0.13 * (ELEVEN - 11) ** 2).round(2)


@case("gaussian", "identity", "ten points on a line, and one far above it", [1])
def made_outlier():
    y = 4 + 0.35 * ELEVEN
    return {"x": ELEVEN}, (y + 5.0 * (ELEVEN == 13)).round(2)


@case("gaussian", "identity", "ten points at one x: the eleventh alone decides the slope", [1])
def made_lever():
    x = np.where(np.arange(11) == 7, 19.0, 8.0)
    return {"x": x}, (3 + x / 2 + draws(4).normal(0, 1.2, 11)).round(2)


@case("gaussian", "identity", "fifty stopping distances: the spread grows, zero is far", [1])
def made_stops():
    x = np.sort(draws(5).integers(4, 26, 50)).astype(float)
    return {"speed": x}, np.maximum(2, (4 * x - 18 + x * draws(6).normal(0, 0.9, 50)).round())


@case("gaussian", "identity", "columns of four sizes that depend on each other", [1, 1, 1, 1])
def made_scales():
    rng = draws(7)
    weight = rng.uniform(1.5, 5.5, 32).round(3)
    power = (50 * weight + rng.normal(0, 45, 32)).round()
    ratio = (4.9 - 0.4 * weight + rng.normal(0, 0.3, 32)).round(2)
    tiny = (1e-4 * rng.uniform(0, 1, 32)).round(8)
    y = (37 - 3.9 * weight - 0.03 * power + rng.normal(0, 2.5, 32)).round(1)
    return {"weight": weight, "power": power, "ratio": ratio, "tiny": tiny}, y


@case("gaussian", "log", "a mean that grows by a factor, with weights from 0.1 to 10", [1, 1])
def made_growth():
    rng = draws(8)
    x, z = rng.uniform(-1, 1, (2, 30)).round(3)
    weights = (10.0 ** rng.uniform(-1, 1, 30)).round(2)
    mu = np.exp(1 + 0.8 * x - 0.5 * z)
    return {"x": x, "z": z}, (mu + rng.normal(0, 0.3, 30) / weights**0.5).round(3), weights


# ---- 0 or 1, and shares


@case("binomial", "logit", "32 rows of 0 and 1 for three columns of other sizes", [1, 1])
def made_gears():
    rng = draws(9)
    x, power = rng.uniform(1.5, 5.5, 32).round(3), rng.uniform(50, 330, 32).round()
    eta = 6 - 2.5 * x + 0.01 * power
    return {"x": x, "power": power}, (rng.random(32) < 1 / (1 + np.exp(-eta))) * 1.0


@case("binomial", "logit", "189 births (Hosmer & Lemeshow 1989)", [1, 1, 2, 1, 1, 1])
def birthwt():
    births = glmlib.load("birthwt")
    columns = {name: births[name].astype(float) for name in ("age", "lwt")}
    columns |= factor("race", ("white", "black", "other"), births["race"])
    columns |= {name: births[name].astype(float) for name in ("smoke", "ht", "ui")}
    return columns, births["low"].astype(float)


def doses(seed):
    """Twenty groups of unequal size: ten doses in two batches; a generator of numbers."""
    rng = draws(seed)
    dose = np.tile(np.linspace(-2, 2, 10).round(2), 2)
    return {"dose": dose, "batch": np.repeat([0.0, 1.0], 10)}, rng.integers(5, 60, 20), rng


@case("binomial", "probit", "shares of 20 groups, under the probit link", [1, 1])
def made_probit():
    columns, n, rng = doses(10)
    eta = 0.3 + 0.9 * columns["dose"] - 0.4 * columns["batch"]
    return columns, rng.binomial(n, [NormalDist().cdf(e) for e in eta]) / n, n * 1.0


@case("binomial", "cloglog", "shares of plates of unequal area, an offset", [1, 1])
def made_cloglog():
    columns, n, rng = doses(11)
    area = rng.choice([1.0, 2.0, 4.0], 20)
    rate = np.exp(-1.2 + 0.7 * columns["dose"] + 0.3 * columns["batch"])
    return columns, rng.binomial(n, 1 - np.exp(-area * rate)) / n, n * 1.0, np.log(area)


@case("binomial", "logit", "shares against odds that are known, an offset of -4 to 4", [1, 1])
def made_odds():
    columns, n, rng = doses(13)
    known = rng.normal(0, 1.5, 20).round(3)
    eta = known + 0.2 + 0.5 * columns["dose"] - 0.3 * columns["batch"]
    return columns, rng.binomial(n, 1 / (1 + np.exp(-eta))) / n, n * 1.0, known


# ---- counts


@case("poisson", "log", "nine counts of two factors of three levels", [2, 2])
def made_table():
    a, b = (v.ravel() for v in np.meshgrid(np.arange(3), np.arange(3), indexing="ij"))
    y = draws(14).poisson(np.exp(2.9 - 0.4 * (a == 1) - 0.3 * (a == 2) + 0.05 * b))
    return {**factor("a", (0, 1, 2), a), **factor("b", (0, 1, 2), b)}, y.astype(float)


@case(
    "poisson",
    "log",
    "54 counts of two factors that interact, overdispersed",
    [1, 2, 2],
)
def made_looms():
    rng = draws(15)
    wool, tension = np.repeat([0, 1], 27), np.tile(np.repeat([0, 1, 2], 9), 2)
    mu = np.exp(3.8 - 0.45 * wool - 0.6 * (tension == 1) - 0.6 * (tension == 2)
                + 0.6 * wool * (tension == 1))  # fmt: skip
    y = rng.poisson(mu * rng.gamma(8.0, 1 / 8.0, 54)).astype(float)
    columns = {**factor("wool", (0, 1), wool), **factor("tension", (0, 1, 2), tension)}
    both = {f"wool1:{k}": columns["wool1"] * columns[k] for k in ("tension1", "tension2")}
    return {**columns, **both}, y


@case("poisson", "log", "64 counts of ordered factors, exposures from 1 to 10⁵", [3, 3, 3])
def made_claims():
    rng = draws(16)
    district, group, age = (v.ravel() for v in np.indices((4, 4, 4)))
    offset = np.log((10.0 ** rng.uniform(0, 5, 64)).round() + 1)
    eta = -1.8 + 0.1 * (district == 3) + 0.15 * group - 0.18 * age
    columns = {
        **factor("district", (0, 1, 2, 3), district),
        **contrasts("group", range(4), group),
        **contrasts("age", range(4), age),
    }
    return columns, rng.poisson(np.exp(eta + offset)).astype(float), None, offset


@case("poisson", "log", "twenty counts of a small trial, some very large", [1, 1])
def made_polyps():
    rng = draws(17)
    treated, age = np.repeat([0.0, 1.0], 10), rng.integers(16, 51, 20).astype(float)
    mu = np.exp(4.5 - 1.3 * treated - 0.04 * age)
    return {"treated": treated, "age": age}, rng.poisson(mu * rng.gamma(1, 1, 20)).astype(
        float
    )


@case("poisson", "identity", "counts whose means add, with rows of weight 0", [1])
def made_sums():
    rng = draws(18)
    x = rng.uniform(0, 10, 24).round(2)
    weights = np.where(np.arange(24) % 6 == 5, 0.0, 1.0)
    return {"x": x}, rng.poisson(4 + 1.5 * x).astype(float), weights


# ---- positive numbers


@case("gamma", "inverse", "nine clotting times, 1/η linear in the logarithm", [1])
def made_clotting():
    u = np.array([5, 10, 15, 20, 30, 40, 60, 80, 100.0])
    y = draws(19).gamma(400, 1 / 400, 9) / (-0.0165 + 0.0153 * np.log(u))
    return {"log u": np.log(u)}, y.round()


@case("gamma", "log", "forty costs, weights the numbers of claims, an offset", [1, 1])
def made_costs():
    rng = draws(20)
    x, z = rng.uniform(-1, 1, (2, 40)).round(3)
    weights, offset = rng.integers(1, 30, 40).astype(float), rng.normal(0, 1, 40).round(3)
    mu = np.exp(6 + 0.7 * x - 0.4 * z + offset)
    y = mu * rng.gamma(2 * weights, 1 / (2 * weights))
    return {"x": x, "z": z}, y.round(2), weights, offset


def write(name):
    make, family, link, what, terms = MADE[name]
    columns, y, weights, offset = (*make(), None, None)[:4]
    ones = np.ones(len(y))
    weights = ones if weights is None else weights
    offset = 0 * ones if offset is None else offset
    X = np.column_stack([ones, *columns.values()])
    table = np.column_stack([y, weights, offset, X])
    with open(cases.HERE / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["y", "weight", "offset", "(Intercept)", *columns])
        rows.writerows([[f"{v:.17g}" for v in row] for row in table])
    head = {"name": name, "family": family, "link": link, "source": what}
    licence = "published 1989 facts" if name == "birthwt" else "made here"
    found = head | {"licence": licence} | answers(family, link, X, y, weights, offset, terms)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (cases.HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or MADE:
        write(name)
        print(name)
