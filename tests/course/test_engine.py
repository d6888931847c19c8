"""The engine of the labs without a browser: states, traits, the description, the table."""

import asyncio
import base64
import itertools
import json
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances

import labs
from glmlib.course.labs import engine, panels
from glmlib.course.labs.engine import (
    Frame,
    Lab,
    Panel,
    band,
    choice,
    dots,
    grid,
    integers,
    line,
    text,
    toggle,
    view,
)
from test_table import numbers, unpacked


def small_lab(**changes):
    """A lab of one point with all kinds of controls."""

    def compute(x, word, dark):
        if x == 7:
            raise ZeroDivisionError("seven is not allowed")
        table = (["name", "value"], [["x", f"{x:g}"], ["<b>", "1"]])
        return Frame(f"x is {x:g}, {word}.", event=word, table=table, scene=word, x=x)

    def picture(frame):
        return Panel((0, 10), (-1, 1), [dots("point", "now", size=30)], title=frame.event)

    options = {
        "title": "a point",
        "controls": [
            grid("x", "place", range(11), 3.0),
            choice("word", "title", ["left", "right"]),
            toggle("dark", "dark"),
        ],
        "compute": compute,
        "picture": picture,
        "points": lambda frame: {"point": (frame.x, 0)},
        "describe": "One point between 0 and 10.",
        "presets": {"far": {"x": 10.0}},
        "size": (3, 2),
    }
    return Lab(**(options | changes))


# ---- driving it


def test_set_preset_and_reset_move_the_state_and_what_is_shown():
    lab = small_lab()
    assert lab.state == {"x": 3.0, "word": "left", "dark": False}
    assert lab.set(x=4, word="right").frame.event == "right" and lab.status.startswith(
        "x is 4"
    )
    assert lab.shown["at"] == [4.0, "right", False] and lab.shown["say"] == lab.status
    assert lab.shown["x point"] == [4000] and lab.shown["y point"] == [5000]
    assert lab.preset("far").state["x"] == 10 and lab.state["word"] == "right"
    assert lab.reset().state == small_lab().state
    assert lab.compute({"x": 9.0, "word": "left", "dark": True}).x == 9 and lab.x == 3


def test_every_control_is_a_trait_that_can_be_observed_linked_and_driven():
    lab, other, told = small_lab(), small_lab(), []
    lab.observe(lambda change: told.append((change["new"], lab.frame.x)), "x")
    lab.x = 5
    assert told == [(5.0, 5.0)] and lab.status.startswith("x is 5")
    lab.set(x=6)
    traitlets.link((lab, "x"), (other, "x"))
    assert other.status.startswith("x is 6")
    other.x = 2
    assert lab.frame.x == 2 and told[-1] == (2.0, 2.0)
    lab.set_state({"x": 8, "word": "right"})  # as a message of the browser does
    assert lab.frame.x == 8 and lab.frame.event == "right" and lab.word == "right"
    with pytest.raises(traitlets.TraitError, match="x is from 0 to 10, got 11"):
        lab.x = 11
    assert lab.x == 8


def test_wrong_states_names_and_numbers_of_controls_are_refused():
    lab = small_lab()
    with pytest.raises(ValueError, match="no control 'y': there are x, word, dark"):
        lab.set(y=1)
    with pytest.raises(ValueError, match=r"word is one of \['left', 'right'\]"):
        lab.set(word="up")
    with pytest.raises(ValueError, match="one to three controls, got 4"):
        small_lab(controls=[integers(name, "k", range(3), 0) for name in "abcd"])
    with pytest.raises(ValueError, match="a lab has a 'close' of its own"):
        small_lab(controls=[integers("close", "k", range(3), 0)])


def test_an_error_is_raised_and_shown_and_the_next_move_mends_it():
    lab = small_lab()
    with pytest.raises(ZeroDivisionError):
        lab.set(x=7)
    assert lab.shown["error"] == "The lab could not compute this: seven is not allowed"
    assert lab.x == 3 and lab.frame.x == 3
    with pytest.raises(ZeroDivisionError):
        lab.x = 7
    lab.x = 3
    assert "error" not in lab.shown and lab.shown["say"] == lab.status


def test_frames_are_computed_ahead_as_asked_and_an_error_is_left_out():
    lab, sent = small_lab(), []
    lab.send = sent.append
    wanted = [[7, "left", False], [8, "left", False], [8, "right", True]]
    labs.ask(lab, wanted)
    (answer,) = sent
    assert answer["tried"] == 3
    assert answer["known"] == wanted[1:]
    for row, values in enumerate(wanted[1:]):
        state = dict(zip(lab.controls, values, strict=True))
        assert unpacked(answer["table"], row) == lab._parts(lab.compute(state))
    assert not answer["more"]  # no loop runs here: the browser asks again
    assert lab.x == 3  # it stays where it is


def test_the_kernel_goes_on_until_others_are_wanted_or_the_lab_is_let_go(monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 0)  # a state in each message
    lab, sent = small_lab(), []
    lab.send = sent.append
    places = [[x, "left", False] for x in range(6)]

    async def ask():
        lab._asked(lab, {"want": places, "turn": 1}, [])
        while len(sent) < 3:
            await asyncio.sleep(0)
        lab._asked(lab, {"want": places[1:], "turn": 2}, [])
        while sent[-1]["more"]:
            await asyncio.sleep(0)
        lab._asked(lab, {"want": places, "turn": 3}, [])
        lab.close()
        await asyncio.sleep(0.1)

    with ThreadPoolExecutor(1) as thread:  # a loop of Playwright's may run in this one
        thread.submit(asyncio.run, asyncio.wait_for(ask(), 20)).result()
    answers = [(each["turn"], *each["known"], each["more"]) for each in sent]
    assert answers == [
        *((1, place, True) for place in places[:3]),
        *((2, place, place != places[-1]) for place in places[1:]),
        (3, places[0], True),
    ]


def test_the_nearest_states_come_quickly_and_the_others_in_peace(monkeypatch):
    rests, clock = [], itertools.count()

    class Loop:
        def call_later(self, pause, ahead, *arguments):
            rests.append(pause)
            ahead(*arguments)

    lab = small_lab()
    lab.send = lambda message: None
    monkeypatch.setattr(engine, "SLICE", 0)
    monkeypatch.setattr(engine.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(engine.asyncio, "get_running_loop", Loop)
    lab._asked(lab, {"want": [[x, "left", False] for x in range(7)], "turn": 1}, [])
    took = rests[0]
    assert rests == [took, 2 * took, 3 * took, 4 * took, 4 * took, 4 * took]


def test_copied_words_of_a_page_are_the_numbers_of_compute(tmp_path):
    def compute(x, word, dark):
        return Frame(f"{x} {word} {dark}", x=x)

    lab = small_lab(compute=compute)
    known = json.loads(zlib.decompress(base64.b64decode(lab.table(lab.stops()))))
    assert [len(numbers(known[part][0])) for part in ("say", "x point")] == [11 * 2 * 2] * 2
    frame = unpacked(known, 8 * 4 + 1 * 2 + 1)
    assert frame["say"] == "8.0 right True" and frame["x point"] == [8000]
    page = lab.to_html(tmp_path / "lab.html").read_text("utf-8")
    assert lab.table(lab.stops()) in page and "http" not in page.replace(
        "http://www.w3.org/2000/svg", ""
    )


def test_a_page_holds_as_many_stops_as_it_can_and_all_that_have_a_name():
    lab = small_lab(presets={"odd": {"x": 5.0}}).set(x=8.5)
    few = {c.name: c.values for c in lab.stops(30)}
    assert few == {
        "x": (0, 3, 5, 8, 8.5, 10),
        "word": ("left", "right"),
        "dark": (False, True),
    }
    known = json.loads(zlib.decompress(base64.b64decode(lab.table(lab.stops(30)))))
    assert len(numbers(known["say"][0])) == 6 * 4
    # choices stay, and what has a name, also where that is more
    assert [len(c.values) for c in lab.stops(1)] == [5, 2, 2]


def viewed_lab(**changes):
    """A lab of two views, whose frames take long."""

    def compute(x, rate, seconds):
        early = x == 8 and seconds == 0 or seconds == engine.HURRY and len(computed) == 1
        computed.append(seconds)
        return Frame(f"x is {x:g}.", "one", x=x, rate=rate, partial=early)

    computed = []
    lab = small_lab(
        controls=[grid("x", "place", range(11), 3.0), grid("rate", "rate", range(5), 1.0),
                  view("look", "seen", ["dots", "line"])],
        compute=compute,
        picture=[Panel((0, 10), (-1, 1), [dots("point", "now", "here")], view="dots"),
                 Panel((0, 10), (-1, 5), [line("path", "now")], view="line"),
                 Panel((0, 10), (0, 1), [dots("rate dot", "now")])],
        points=lambda frame: {"point": (frame.x, 0), "path": ([0, frame.x], frame.rate),
                              "rate dot": (frame.rate, 0.5)},
        pin=["rate"],
        **changes,
    )  # fmt: skip
    return lab, computed


def test_a_view_shows_other_panels_of_the_same_numbers():
    lab, computed = viewed_lab()
    assert len(lab.figure().axes) == 2 and lab.look == "dots"
    count = [len(lab.set(look=look).figure().axes[0].lines) for look in ("dots", "line")]
    assert count == [1, 1] and lab.frame.state["look"] == "line"
    assert lab.shown["panels"]["tree"]["row"][1]["view"] == "line"
    assert "x point" in lab.shown and "x path" in lab.shown  # the browser has both
    assert lab.compute({"x": 7.0}).state == {"x": 7.0, "rate": 1.0, "look": "line"}
    known = json.loads(zlib.decompress(base64.b64decode(lab.table(lab.stops()))))
    assert len(numbers(known["say"][0])) == 11 * 5


def test_a_pinned_run_is_drawn_with_its_own_values_and_follows_the_others():
    lab, _ = viewed_lab()
    assert lab.pin().pinned == {"rate": 1.0}
    lab.set(x=6, rate=4)
    here, behind = lab.figure().axes[0].lines
    assert [m.get_xdata().item() for m in (here, behind)] == [6, 6]
    here, behind = lab.figure().axes[1].lines
    assert [m.get_xdata().item() for m in (here, behind)] == [4, 1]
    assert behind.get_marker() == "o" and here.get_marker() == "s"
    with pytest.raises(ValueError, match="rate is from 0 to 4, got 9"):
        lab.pin(rate=9)
    assert lab.pin(rate=2.5).pinned == {"rate": 2.5}
    assert 2.5 in {c.name: c for c in lab.stops()}["rate"].values
    assert len(lab.unpin().figure().axes[1].lines) == 1


def test_a_hand_gets_an_early_frame_and_the_browser_asks_for_the_rest():
    lab, computed = viewed_lab()
    assert computed == [np.inf]  # code waits for all
    lab.set_state({"x": 5})
    assert computed[1:] == [engine.HURRY] and lab.frame.partial and lab.shown["partial"]
    sent = []
    lab.send = sent.append
    labs.ask(lab, [[8.0, 1.0, "dots"], [9.0, 1.0, "dots"]])
    assert not lab.frame.partial and "partial" not in lab.shown
    assert [values[0] for values in sent[0]["known"]] == [9.0]  # 8 would have taken long
    assert lab.x == 5 and lab.shown["at"] == [5.0, 1.0, "dots"]


def test_closing_lets_everything_go():
    before = len(_instances)
    lab = small_lab()
    assert len(_instances) > before
    lab.close()
    assert len(_instances) == before


def test_a_cell_that_runs_again_lets_its_old_labs_go_and_no_others(monkeypatch):
    monkeypatch.setattr(engine, "SHOWN", {})
    labs = [small_lab() for _ in range(5)]
    closed = []
    for lab in labs:
        lab.close = lambda lab=lab: closed.append(labs.index(lab))
    first, other, again, elsewhere, last = labs
    first._let_go("one", 1), other._let_go("one", 1), elsewhere._let_go("two", 1)
    other._let_go("two", 2)  # shown twice
    assert closed == [3]
    again._let_go("one", 2)
    assert closed == [3, 0]  # `other` is still shown in cell two
    again._let_go("one", 3)
    last._let_go("one", 4)
    assert closed == [3, 0, 2]


# ---- the description


def test_units_are_where_matplotlib_puts_a_number():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    for scale, limits in (
        ("", (-3, 7)),
        ("log", (1e-4, 1e3)),
        ("from 0", (-0.2, 1e5)),
        ("", (9, -2)),
    ):
        name = {"from 0": "symlog"}.get(scale, scale or "linear")
        settings = {"linthresh": 1, "linscale": 0.4} if scale == "from 0" else {}
        ax.set_xscale(name, **settings)
        ax.set_xlim(*limits)
        values = np.array([0.01, 0.5, 1.0, 3.0, 900.0])
        wanted = (ax.transScale + ax.transLimits).transform(np.column_stack([values, values]))
        found = np.array(panels.units(values, limits, scale)) / panels.UNITS
        assert found == pytest.approx(np.clip(wanted[:, 0], -4, 5), abs=1e-4)
    assert panels.units([np.nan, -np.inf, np.inf], (0, 1)) == [None, -40_000, 50_000]
    assert panels.units([-1e307, 1e307], (0, 1)) == [-40_000, 50_000]  # without a warning
    assert panels.units([0.0, -1.0], (1, 10), "log") == [-40_000, -40_000]


def test_ticks_are_round_and_lie_on_the_axis():
    for limits, scale in (((-2.2, 1.5), ""), ((0, 0.03), ""), ((-0.3, 1e6), ""),
                          ((3e-7, 20), "log"), ((-0.1, 1.2e5), "from 0")):  # fmt: skip
        ticks = panels.Panel(limits, (0, 1), [], xscale=scale).ticks("x")
        assert 3 <= len(ticks) <= 8 and all(limits[0] <= t <= limits[1] for t in ticks)
        assert "−0" not in ticks.values()
    assert panels.Panel((0, 1), (0, 1), [], xticks={0: "no"}).ticks("x") == {0: "no"}


def test_a_label_is_in_one_legend_and_a_band_reaches_the_ends_of_the_axes():
    left = Panel((0, 10), (0, 1), [line("a", "now", "one"), text("t", "words", (1, 1))])
    right = Panel(
        (0, 10), (2, 4), [dots("b", "now", "one"), band("c", "now", at=((1, 2), None))]
    )
    seen = panels.described([left, (right, right)])
    assert seen["legend"] == "one" and "column" in seen["tree"]["row"][1]
    keys = [m["key"] for p in (seen["tree"]["row"][0], seen["tree"]["row"][1]["column"][0])
            for m in p["marks"]]  # fmt: skip
    assert keys == [True, False, False, False]
    assert seen["tree"]["row"][1]["column"][0]["marks"][1]["at"] == [[1000, 2000], [0, 10_000]]


def test_two_marks_of_one_name_are_refused():
    panel = Panel((0, 10), (-1, 1), [dots("point", "now"), line("point", "now")])
    with pytest.raises(ValueError, match="two marks are called 'point'"):
        small_lab(picture=panel)


def test_axes_that_change_are_made_once_for_each_scene():
    made = []

    def picture(frame):
        made.append(frame.scene)
        return Panel((0, 10), (-1, 1), [dots("point", "now")], title=frame.scene)

    lab = small_lab(picture=picture)
    for word in ("right", "left", "right"):
        lab.set(word=word)
    assert made == ["left", "right"]
    assert [lab.set(word=w).shown["panels"]["number"] for w in ("left", "right")] == [0, 1]


# ---- on paper


def test_one_output_holds_the_view_and_a_picture_with_alt_text():
    lab = small_lab().set(x=5)
    bundle = lab._repr_mimebundle_()
    assert bundle["text/plain"] == "Live lab: a point."
    assert 'alt="One point between 0 and 10. x is 5, left."' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == lab.box.model_id
    assert view["model_id"] not in bundle["text/html"] + bundle["text/plain"]
    still = lab.picture(x=9)
    assert still.alt.endswith("x is 9, left.") and lab.state["x"] == 5
    assert still._repr_mimebundle_()["image/png"] != bundle["image/png"]
    assert still.png == small_lab().picture(x=9).png  # byte for byte


def test_where_somebody_looks_on_the_picture_is_an_output_of_its_own(monkeypatch):
    published = []
    monkeypatch.setattr(engine, "running_cell", lambda: ("cell", "run"))
    monkeypatch.setattr(engine, "SHOWN", {})
    monkeypatch.setattr("IPython.display.publish_display_data", published.append)
    bundle = small_lab()._repr_mimebundle_()
    (stored,) = published
    assert "glm-stored" in stored["text/html"] and "<img alt=" in stored["text/html"]
    assert "image/png" not in bundle and bundle["text/html"] == ""


def test_a_mark_outside_the_axes_is_an_arrow_at_the_edge_of_the_paper():
    def red(lab):
        """The middle of the vermillion pixels, x and y, and the box of the axes."""
        fig = lab.figure()
        fig.canvas.draw()
        pixels = np.asarray(fig.canvas.buffer_rgba())[:, :, :3].astype(int)
        rows, columns = np.nonzero(np.abs(pixels - [0xD5, 0x5E, 0]).max(axis=2) < 10)
        return (
            rows.min(),
            rows.max(),
            columns.min(),
            columns.max(),
            fig.axes[0].bbox,
            len(pixels),
        )

    for place, side in (
        ((3, 99), "ymax"),
        ((3, -99), "ymin"),
        ((99, 0), "xmax"),
        ((-99, 0), "xmin"),
    ):
        lab = small_lab(points=lambda frame, place=place: {"point": place})
        top, bottom, left, right, box, height = red(lab)
        middle = (left + right) / 2 if side[0] == "x" else height - (top + bottom) / 2
        assert middle == pytest.approx(getattr(box, side), abs=3)
