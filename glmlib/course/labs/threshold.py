"""Threshold, calibration and the test set: 90 % are told right, is the model good?

Left, 200 women the model has not seen, one mark each; in the middle the calibration and the
ROC curve; right, the deviance of 100 splits. The truth is known: it is a model of the births.
"""

from functools import cache

import numpy as np

from ...data import add_intercept, load, stream
from ...links import sigmoid
from ...models import LogisticRegression
from .. import plots
from .engine import Frame, Lab, Panel, dots, grid, integers, line

ROWS, TEST, SPLITS, GROUPS = 600, 200, 100, 5
ACROSS = 10  # women side by side
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)


def truth():
    """X (189, 8) of the births and the log-odds (189,) of a light child that a fit gives."""
    births = load("birthwt")
    levels = np.column_stack([births["race"] == level for level in ("black", "other")])
    numbers = births.columns("age", "lwt", "smoke", "ht", "ui")
    X = add_intercept(np.column_stack([numbers, levels]))
    return X, LogisticRegression(X, births["low"]).fit().eta


def shift(eta, share):
    """What to add to all log-odds so that the mean probability is `share`, by Newton."""
    add = 0.0
    for _ in range(20):
        mu = sigmoid(eta + add)
        add += (share - mu.mean()) / (mu * (1 - mu)).mean()
    return add


def threshold(threshold=0.5, share=0.1, split=1, *, seed=20, code="lab"):
    """A live lab of what a threshold makes of probabilities, on rows that a fit has not seen.

    600 women are drawn from the 189 of the data set `birthwt`, their outcomes from a fitted
    model whose intercept is moved. 400 of them are fitted and 200 are assessed; deviance a
    row = −2/m Σ log(probability given to what happened).

    Parameters
    ----------
    threshold : from this probability on the child is told to be light, 0.05 to 0.95.
    share : of light children, 0.1 to 0.5.
    split : which of 100 splits is shown.
    seed : of the women, their outcomes and the splits.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `found`, `missed`, `alarms`, `accuracy`, `never` (the accuracy of
    the same answer for all), `area` (under the ROC curve), `mu` (200,) and `deviances`
    (100, 2), train and test.

    >>> lab = threshold(share=0.1)
    >>> frame = lab.frame
    >>> frame.never > 0.85, frame.found < frame.missed, bool(frame.area > 0.6)
    (True, True, True)
    """
    X, eta = truth()
    rows = stream(seed, "women").integers(len(X), size=ROWS)
    X, eta, chance = X[rows], eta[rows], stream(seed, "outcomes").random(ROWS)
    orders = [stream(seed, f"split {k}").permutation(ROWS) for k in range(SPLITS)]

    @cache
    def fits(share):
        """y (600,), and for each split the means of all rows and the two deviances."""
        y = (chance < sigmoid(eta + shift(eta, share))).astype(float)
        means, deviances = np.empty((SPLITS, ROWS)), np.empty((SPLITS, 2))
        for k, order in enumerate(orders):
            test, train = order[:TEST], order[TEST:]
            mu = LogisticRegression(X[train], y[train]).fit().predict(X)
            rest = -2 * np.log(np.where(y == 1, mu, 1 - mu))
            means[k], deviances[k] = mu, (rest[train].mean(), rest[test].mean())
        return y, means, deviances

    def compute(threshold, share, split):
        cut = threshold
        y, means, deviances = fits(share)
        test = orders[split - 1][:TEST]
        test = test[np.argsort(-means[split - 1, test], kind="stable")]
        y, mu = y[test], means[split - 1, test]
        told = mu >= cut
        found, missed, alarms = (
            int(((y == light) & (told == said)).sum())
            for light, said in ((1, True), (1, False), (0, True))
        )
        accuracy, light = float((told == y).mean()), int(y.sum())
        never = max(light, TEST - light) / TEST
        # the ROC curve: one step for each woman, from the highest probability down
        rates = np.vstack([[0, 0], np.cumsum(np.column_stack([1 - y, y]), axis=0)])
        rates = rates / rates[-1]
        area = float(((mu[y == 1, None] > mu[y == 0]) + (mu[y == 1, None] == mu[y == 0]) / 2)
                     .mean())  # fmt: skip
        groups = mu.reshape(GROUPS, -1)
        half = 1.96 * np.sqrt((groups * (1 - groups)).sum(axis=1)) / groups.shape[1]
        gap = deviances[:, 1] - deviances[:, 0]
        event = "better" if accuracy > never else "same" if accuracy == never else "worse"
        same = "no" if light < TEST / 2 else "light"
        train_deviance, test_deviance = deviances[split - 1]
        return Frame(
            f"Threshold {cut:.2f}, {share:.0%} light, split {split}. Of {TEST} unseen women "
            f"{light} have a light child: {found} found, {missed} missed, {alarms} false "
            f"alarm{'s' * (alarms != 1)}. {accuracy:.1%} are told right; telling all “{same}” "
            f"gives {never:.1%}. Area under the ROC curve {area:.2f}. Deviance a row: train "
            f"{train_deviance:.2f}, test {test_deviance:.2f}; over {SPLITS} splits the test "
            f"is {gap.mean():.2f} above, give or take {gap.std():.2f}.",
            event,
            table=(["told", "light", "not light"],
                   [["light", found, alarms],
                    ["not light", missed, TEST - found - missed - alarms]]),
            cut=cut, found=found, missed=missed, alarms=alarms, light=light, accuracy=accuracy,
            never=never, area=area, mu=mu, y=y, told=told, rates=rates,
            dot=rates[told.sum()], predicted=groups.mean(axis=1), half=half,
            observed=y.reshape(GROUPS, -1).mean(axis=1), deviances=deviances,
            here=deviances[split - 1],
        )  # fmt: skip

    return Lab(
        title="threshold and test set",
        question=__doc__.partition("\n")[0],
        describe="Four panels. Left, 200 women as marks, sorted from the highest predicted "
        "probability at the top, a line at the threshold; then the observed against the "
        "predicted share, 0 to 1, of five groups with bars of 1.96 standard errors; then the "
        "ROC curve, share of the light found against share of false alarms, 0 to 1, with a "
        "dot at the threshold; right, test against train deviance a row, 0.35 to 1.55, of 100 "
        "splits, with the diagonal.",
        controls=[
            grid("threshold", "threshold", np.arange(1, 20) / 20, threshold, "{:.2f}".format),
            grid("share", "share light", SHARES, share, "{:.0%}".format),
            integers("split", "split", range(1, SPLITS + 1), split),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={
            "rare": {"share": 0.1, "threshold": 0.5},
            "half and half": {"share": 0.5, "threshold": 0.5},
            "miss few": {"threshold": 0.1},
        },
        code=code,
    )


KINDS = {  # of a woman: child light, told light, how she is drawn
    "found": (1, True, "estimate", {"marker": "s", "size": 9}),
    "missed": (1, False, "now", {"marker": "X", "size": 9}),
    "false alarm": (0, True, "now", {"hollow": True, "size": 8}),
    "let be": (0, False, "quiet", {"size": 5}),
}


def picture():
    half = [0, 0.5, 1]

    def diagonal(name):
        return line(f"{name} diagonal", "truth", at=((0, 2), (0, 2)), width=2)

    women = [dots(kind, role, kind, **look) for kind, (_, _, role, look) in KINDS.items()]
    calibration = [diagonal("groups"), line("bars", "estimate"), dots("groups", "estimate"),
                   line("here", "now")]  # fmt: skip
    roc = [diagonal("roc"), line("roc", "estimate"), dots("dot", "now", size=14)]
    splits = [diagonal("splits"), dots("splits", "estimate", size=4),
              dots("split", "now", size=14)]  # fmt: skip
    return [
        Panel((-0.8, ACROSS - 0.2), (TEST // ACROSS - 0.2, -0.9),
              [*women, line("cut", "plain")], y="less likely     more likely",
              title="200 women", xticks=[], yticks=[], wide=0.8),
        Panel((0, 1), (0, 1), calibration, "predicted", "observed share", "calibration",
              xticks=half, yticks=half),
        Panel((-0.02, 1), (0, 1.02), roc, "false alarms", "found", "ROC curve", xticks=half,
              yticks=half),
        Panel((0.35, 1.55), (0.35, 1.55), splits, "train", "test", "deviance a row",
              xticks=[0.5, 1, 1.5], yticks=[0.5, 1, 1.5]),
    ]  # fmt: skip


def points(frame):
    place = np.arange(TEST)
    chosen = {
        kind: place[(frame.y == light) & (frame.told == said)]
        for kind, (light, said, _, _) in KINDS.items()
    }
    # the line runs below the last woman who is told “light”: one step down, if it must
    row, column = divmod(int(frame.told.sum()), ACROSS)
    sides = frame.observed - frame.half, frame.observed + frame.half
    return {kind: (i % ACROSS, i // ACROSS) for kind, i in chosen.items()} | {
        "cut": ([-0.8, column - 0.5, column - 0.5, ACROSS],
                np.array([row + 1, row + 1, row, row]) - 0.5),
        "bars": plots.upright(frame.predicted, *sides),
        "groups": (frame.predicted, frame.observed),
        "here": (frame.cut, [0, 1]),
        "roc": frame.rates.T,
        "dot": frame.dot,
        "splits": frame.deviances.T,
        "split": frame.here,
    }  # fmt: skip
