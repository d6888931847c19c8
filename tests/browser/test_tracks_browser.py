"""The paths that the fit lab sends, as its own script reads them, against what is computed."""

import numpy as np
import pytest

import labs
from glmlib.course.kinds import MODELS


@pytest.fixture(scope="module", params=MODELS)
def article(request):
    return labs.of_the_article(request.param)


def test_a_track_gives_every_iterate_to_half_a_pixel(article, read_track):
    descent, (low, high) = article.descent, article.descent.limits
    stops = article.controls["iteration"].values
    rng = np.random.default_rng(0)
    compared = 0
    for rate in article.controls["learning_rate"].values:
        anywhere = (10 ** rng.uniform(0, 5, 25)).astype(int).tolist()
        wanted = [*stops[:: 1 + len(stops) // 20], *anywhere]
        track = read_track(descent.track(rate), wanted)
        assert track["rate"] == rate and track["done"]
        for k, at in zip(wanted, track["at"], strict=True):
            frame = article.compute({"learning_rate": rate, "iteration": k})
            if not np.isfinite(frame.place).all():
                assert at["event"] == frame.event == "diverged"
                continue
            assert not (at["gap"] and k in stops)
            if at["gap"]:
                continue
            seen = np.clip(at["place"], low, high)
            off = np.abs(seen - np.clip(frame.place, low, high)).max()
            assert off < 0.5 / 340 * (high - low), (rate, k)
            compared += 1
            if k in stops:
                assert at["event"] == frame.event, (rate, k)
                assert at["what"] in frame.status
    assert compared > 500


def test_the_comparison_sees_a_track_of_the_neighbouring_rate(article, read_track):
    rates = article.controls["learning_rate"].values
    one, other = (
        read_track(article.descent.track(rate), range(200))["at"] for rate in rates[10:12]
    )
    low, high = article.descent.limits
    apart = [
        np.abs(np.subtract(a["place"], b["place"])).max()
        for a, b in zip(one, other, strict=True)
    ]
    assert max(apart) > 5 * 0.5 / 340 * (high - low)


def test_a_track_that_has_not_arrived_says_so(article, read_track):
    descent = article.descent
    fresh = type(descent)(descent.model, descent.truth, descent.start)
    rate = article.presets["just right"]["learning_rate"] / 50
    assert not fresh.ahead([rate], seconds=0)
    track = read_track(fresh.track(rate), [0])
    assert not track["done"] and track["known"] < 100_000
