"""The report: complete, self-contained, escaped, and written atomically."""

import json
import math
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.console import Console

from minikeras.parity import charts, report, terminal
from minikeras.parity.comparison import compare
from parity_tests.parity.test_comparison import LOGS, answer

VOID = {"br", "input", "meta"}
HOSTILE = "<script>alert('&\"')</script>"


class Page(HTMLParser):
    """Checks that tags nest; collects the text and the references of the page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text, self.references, self.tags = [], [], [], set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.references += [v for k, v in attributes if k in ("src", "href", "action", "data")]

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def document():
    found = answer("minikeras", evaluations=[{HOSTILE: 0.5, "loss": math.nan}])
    other = answer("keras", evaluations=[{HOSTILE: 0.25, "loss": math.nan}])
    for run in (found, other):
        run.found["fits"][0]["model"] = run.found["models"][0]["name"] = HOSTILE
        run.found["models"][0]["paths"] = [HOSTILE, "b"]
        run.found["fits"][0]["logs"] = [{**log, HOSTILE: 0.5} for log in LOGS]
    return compare(found, other, title=HOSTILE, options={"script": HOSTILE, "seed": 1})


def test_page(document, tmp_path):
    report.write_html(document, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.references == [] and not page.tags & {"link", "img", "iframe", "object"}
    assert "http" not in text and "url(" not in text and "@import" not in text
    assert "prefers-color-scheme: dark" in text and 'name="viewport"' in text
    shown = "".join(page.text)
    assert HOSTILE in shown and HOSTILE not in text
    for word in ("Different", "0.625", "relative difference", "numpy", "seed", "Times"):
        assert word in shown
    assert text.count("<polyline") >= 4


@pytest.mark.parametrize("epochs", [0, 1, 7])
@pytest.mark.parametrize("value", [0.5, 0.0, -3.0, 1e30, math.nan, math.inf])
def test_page_of_any_curve(epochs, value, tmp_path):
    logs = [{"loss": value, "val_loss": value + epoch} for epoch in range(epochs)]
    runs = (answer(name, logs=logs) for name in ("minikeras", "keras"))
    report.write_html(compare(*runs, title="t", options={}), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    Page(text)
    for points in text.split('points="')[1:]:
        places = [float(v) for v in points[: points.index('"')].replace(",", " ").split()]
        assert all(0 <= place <= 360 for place in places)


def test_what_is_unknown_is_a_dash(tmp_path, capsys):
    run = answer("minikeras")
    del run.arrays["models/0/initial/0"]
    document = compare(run, answer("keras"), title="t", options={})
    report.write_html(document, tmp_path / "page.html")
    assert "<td>–</td>" in (tmp_path / "page.html").read_text(encoding="utf-8")
    terminal.show(document, Console(width=80))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "kernel" in line]
    assert line.split() == ["│", "kernel", "│", "2×2", "│", "–", "│", "equal", "│", "0", "│"]


def test_json(document, tmp_path):
    report.write_json(document, tmp_path / "data.json")

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads((tmp_path / "data.json").read_text("utf-8"), parse_constant=refuse)
    assert set(found) == {
        *("title", "options", "floatx", "verdict", "fits", "evaluations", "predictions", "models"),
        *("optimizers", "loops", "times", "versions"),
    }
    assert found["evaluations"][0]["metrics"]["loss"]["keras"] == "nan"
    assert found["evaluations"][0]["metrics"][HOSTILE]["relative"] == 0.5
    assert found["fits"][0]["epochs"][1]["metrics"]["loss"] == {
        "minikeras": 0.625,
        "keras": 0.625,
        "relative": 0.0,
        "ulp": 0,
    }
    assert set(found["verdict"]) >= {"same", "reason", "decided_by", "differences", "tolerance"}
    assert set(found["times"]["keras"]) == {"import", "first_epoch", "step"}


def test_a_failed_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "page.html"
    report.write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        report.write_atomically(path, "new \ud800")
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["page.html"]
    report.write_atomically(path, "new")
    assert path.read_text() == "new"
    (tmp_path / "ordinary").touch()
    assert path.stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_ticks_are_round_and_hold_the_values():
    for low, high in np.random.default_rng(0).normal(scale=100, size=(200, 2)):
        places = [place for place, _ in charts.nice_ticks((low, high))]
        assert places[0] <= min(low, high) and places[-1] >= max(low, high) and len(places) <= 8
