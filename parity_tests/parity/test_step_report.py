"""The heat map, the growth and the largest differences of a lockstep comparison, on a page."""

import json
import math
import re

import numpy as np
import pytest

from minikeras.parity import charts, locate, step_report, write_page
from minikeras.parity.lockstep import Comparison, Distances, Entry, Step, Verdict
from minikeras.parity.lockstep.results import Opinion, Reproducer
from parity_tests.parity.test_report import HOSTILE, Page

EQUAL = Distances(equal=True, factor=0.0)


def apart(relative, factor=None, ulp=7):
    return Distances(False, ulp, 1.0, relative, relative, 0.5, factor)


def entry(kind, name, distances, opinion=None):
    return Entry(kind, name, "dense", 1, (2, 3), "float32", distances, opinion)


def comparison(reproducer=None, factor=12.0):
    """Two steps: the first rounds, in the second a gradient is wrong and a slot is missing."""
    steps = [
        Step(
            1,
            8,
            [
                entry("output", "dense", apart(1e-7, factor and 0.5)),
                entry("gradient", "dense/kernel", EQUAL),
                entry("slot", "adam/m", EQUAL),
            ],
        ),
        Step(
            2,
            8,
            [
                entry("output", "dense", apart(2e-7, factor and 0.75)),
                entry("output", HOSTILE, EQUAL),
                entry(
                    "gradient",
                    "dense/kernel",
                    apart(0.25, factor),
                    Opinion(1e-8, 0.25, "minikeras", True),
                ),
                entry("loss", "loss", apart(math.nan, factor and math.inf, None)),
            ],
        ),
    ]
    reason = "differs first at step 2, gradient dense/kernel: 12 times the rounding bound"
    verdict = Verdict(False, reason, "numbers", 2, "gradient", "dense/kernel", "dense", factor)
    return Comparison(verdict, steps, reproducer=reproducer, options={"mode": "teacher-forced"})


def test_the_heat_map_has_a_row_for_each_entry_and_a_column_for_each_step():
    found = step_report.heat_map(comparison().to_json())
    assert found["steps"] == [1, 2] and found["kinds"] == ["output", "gradient", "slot", "loss"]
    names = [row[1] for row in found["rows"]]
    assert names == ["dense", HOSTILE, "dense/kernel", "adam/m", "loss"]
    cells = dict(zip(names, found["cells"]["forced"]))
    assert cells["dense"][1] == [7, 2e-7, 0.75, 1.0, 2e-7, 0.5, None]
    assert cells["dense/kernel"] == [0, [7, 0.25, 12.0, 1.0, 0.25, 0.5, [1e-8, 0.25, True]]]
    assert cells["adam/m"] == [0, None] and cells[HOSTILE] == [None, 0]
    assert found["first"] == [2, "gradient", "dense/kernel"] and found["bounded"]
    assert not step_report.heat_map(comparison(factor=None).to_json())["bounded"]


def test_both_modes_have_the_same_rows():
    short = comparison()
    del short.steps[1]
    found = step_report.heat_map(short.to_json(), comparison().to_json())
    assert [len(cells) for cells in found["cells"].values()] == [len(found["rows"])] * 2
    assert found["cells"]["forced"][1] == [None] and found["cells"]["free"][1] == [None, 0]


def test_the_growth_is_drawn_on_a_logarithmic_axis():
    chart = step_report.growth(comparison().to_json())
    lines = {line["label"]: [y for _, y in line["points"]] for line in chart["lines"]}
    assert list(lines) == ["output", "gradient", "slot"]  # the loss is NaN, which has no place
    heights = {label: y for y, label in chart["y_ticks"]}
    assert lines["gradient"][0] == heights["equal"] > lines["output"][0] > lines["output"][1]
    assert charts.logarithm(0.25) == pytest.approx(-0.602, abs=1e-3)


def test_the_largest_differences_come_first():
    found = step_report.largest(comparison().to_json())
    assert [(e["name"], e["step"]) for e in found] == [
        ("loss", 2),
        ("dense/kernel", 2),
        ("dense", 2),
    ]


def test_a_page_of_a_comparison(tmp_path):
    arrays = {"x": np.float32([1, 2])}
    made = comparison(Reproducer("import keras  # <b>", arrays, "1 layer, 1 step"))
    write_page(made, tmp_path / "page.html", HOSTILE)
    text = (tmp_path / "page.html").read_text("utf-8")
    page = Page(text)
    assert [reference.partition(",")[0] for reference in page.references] == [
        "data:application/octet-stream;base64"
    ]
    shown = "".join(page.text)
    for words in (HOSTILE, "12 times the rounding bound", "import keras  # <b>", "1 layer, 1 step"):
        assert words in shown
    assert HOSTILE not in text and "{{" not in text
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert [row[1] for row in json.loads(data)["rows"]][1] == HOSTILE


def test_a_reproducer_that_is_too_large_has_no_link():
    arrays = {"x": np.random.default_rng(0).normal(size=700_000)}
    made = comparison(Reproducer("", arrays))
    (shown,) = step_report.reproducers(made.to_json(), arrays)
    assert shown["link"] is None
    assert step_report.reproducers(comparison().to_json(), {}) == []


def test_each_reproducer_has_its_own_file():
    made = comparison(Reproducer('np.load("reproducer.npz")', {"x": np.ones(2)}, "a", "output a"))
    made.more_reproducers = [Reproducer('np.load("reproducer.npz")', {"x": np.zeros(3)}, "b")]
    first, second = step_report.reproducers(made.to_json(), made.arrays())
    assert (first["file"], second["file"]) == ("reproducer.npz", "reproducer2.npz")
    assert second["script"] == 'np.load("reproducer2.npz")' and first["link"] != second["link"]
    again = locate.comparison_of(made.to_json(), made.arrays())
    assert again.to_json() == made.to_json()
    assert np.array_equal(again.more_reproducers[0].arrays["x"], np.zeros(3))
    frame = made._repr_html_()
    assert frame.startswith("<iframe") and "reproducer2.npz" in frame and "Reproducers" in frame
