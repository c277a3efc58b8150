"""The lab: its surfaces, its sliders, and the notebook with and without a browser."""

from __future__ import annotations

import contextlib
import inspect
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from minikeras import cli, lab, optimizers
from minikeras.lab import choices, digits, notebook, opening
from minikeras.lab.drawing import curves
from minikeras.lab.surfaces import SURFACES
from minikeras.optional import missing
from minikeras.visualization import contour

RULES = {
    name
    for name, cls in vars(optimizers).items()
    if inspect.isclass(cls) and issubclass(cls, optimizers.Optimizer) and name != "Optimizer"
}


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_can_be_descended(name: str) -> None:
    surface = SURFACES[name]
    assert max(map(abs, surface.start)) < surface.reach
    path = optimizers.SGD(0.005).trace(surface.f, surface.start, 5)
    assert np.all(np.diff(path.loss) < 0)


@pytest.mark.parametrize("name", SURFACES)
def test_a_path_that_leaves_the_surface_is_drawn(name: str) -> None:
    """The largest learning rate is infinitely far away after a few steps on some of them."""
    surface = SURFACES[name]
    path = optimizers.SGD(choices.RATES[-1]).trace(surface.f, surface.start, 40)
    reach = (-surface.reach, surface.reach)
    assert "<svg" in contour(surface.f, [path], xlim=reach, ylim=reach).svg
    assert "<svg" in curves({path.label: path.loss}, "f", "step", log=True).svg


def test_the_lab_has_every_optimizer() -> None:
    assert choices.CHOICES.keys() == RULES


@pytest.mark.parametrize("rule", choices.CHOICES)
def test_sliders_set_hyperparameters(rule: str) -> None:
    for place in (0, -1):  # both ends of each slider
        values = {name: offer[0][place] for name, offer in choices.CHOICES[rule].items()}
        config = choices.made(rule, values).get_config()
        assert {name: pytest.approx(value) for name, value in values.items()}.items() <= (
            config.items()
        )
    assert all(first in values for values, first in choices.CHOICES[rule].values())


def test_the_ratios_of_a_training() -> None:
    trained = digits.train(optimizers.SGD(0.1), 4, "relu", 1)
    again = digits.train(optimizers.SGD(0.1), 4, "relu", 1)
    steps = digits.SAMPLES // digits.BATCH
    assert trained.loss.shape == trained.accuracy.shape == (steps,)
    np.testing.assert_array_equal(trained.loss, again.loss)
    assert trained.loss[-1] < trained.loss[0]
    assert len(trained.ratios) == 4
    bias = trained.ratios["hidden/bias"]
    assert bias[0] == 0 and np.all(bias[1:] > 0)  # it starts at zero


def test_the_notebook_without_a_browser() -> None:
    outputs, names = notebook.app.run()
    assert [trace.label for trace in names["traces"]] == ["SGD(0.1)", "Adam(0.1)"]
    assert all(len(trace) == names["steps"].value for trace in names["traces"])
    shown = "".join(output.text for output in outputs if hasattr(output, "text"))
    assert shown.count("<svg") >= 2 and "← w − lr g" in shown
    assert "trained" not in names  # nothing is trained before the button is pressed


def test_the_command(tmp_path: Path) -> None:
    assert lab.command(port=2800, browser=False)[3:] == [
        *("--quiet", "run", str(Path(notebook.__file__)), "--port", "2800", "--headless"),
        *("--no-token", "--host", "127.0.0.1"),
    ]
    own = tmp_path / "lab.py"
    assert lab.command(edit=own)[4:] == ["edit", str(own), "--host", "127.0.0.1"]
    assert own.read_text() == Path(notebook.__file__).read_text()
    own.write_text("mine")
    lab.command(edit=own)
    assert own.read_text() == "mine"


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "missing", lambda *names: ["marimo", "sklearn"])
    result = CliRunner().invoke(cli.main, ["lab"])
    assert result.exit_code == 2
    assert "the lab needs marimo and scikit-learn" in result.output
    assert "pip install 'minikeras-reference[lab]'" in result.output


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a running lab."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(lab.command(port=port, browser=False), stdout=subprocess.DEVNULL) as lab_:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=10).close()
                    break
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            lab_.terminate()


@pytest.mark.skipif(
    bool(missing("selenium")) or not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="needs Chromium and its driver, which pip does not install",
)
def test_in_a_browser() -> None:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--window-size=1280,1600"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with server() as address, webdriver.Chrome(options, service) as browser:
        browser.get(address)

        def drawn(count: int) -> Any:
            return lambda _: len(browser.find_elements(By.CSS_SELECTOR, "svg g#figure_1")) >= count

        WebDriverWait(browser, 240).until(drawn(2))
        assert "Adam(0.1)" in browser.page_source
        button = "document.querySelector('marimo-button').shadowRoot.querySelector('button')"
        browser.execute_script(f"{button}.click()")
        WebDriverWait(browser, 240).until(drawn(5))  # loss, and the ratios of two optimizers
        severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert not severe


def test_importing_the_command_line_does_not_import_the_lab() -> None:
    code = "import sys, minikeras.cli; sys.exit('marimo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
