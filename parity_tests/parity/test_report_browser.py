"""The pages in a real browser: two widths, dark and light, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minikeras.optional import missing
from minikeras.parity import write_page
from minikeras.parity.lockstep.results import Reproducer
from parity_tests.parity.test_step_report import comparison

pytestmark = pytest.mark.skipif(
    bool(missing("selenium")) or not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="needs selenium, chromium and chromedriver, which not every machine has",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = shutil.which("chromium")
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        yield driver


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    made = comparison(
        Reproducer("import keras\n" * 3, {"x": np.ones(3)}, "1 layer", "output dense")
    )
    made.more_reproducers = [
        Reproducer("x = 1  # " + "long " * 50, {}, "1 operation", "output exp")
    ]
    write_page(made, tmp_path / "page.html")
    browser.get(f"file://{tmp_path / 'page.html'}")
    yield browser
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_leaves_the_screen(page: Any, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    assert page.execute_script("return innerWidth") == width
    root = "document.documentElement"
    assert page.execute_script(f"return {root}.scrollWidth == {root}.clientWidth")
    paper = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]


def test_each_reproducer_unfolds(page: Any) -> None:
    folds = page.find_elements("css selector", "details:has(pre)")
    assert [fold.get_property("open") for fold in folds] == [True, False]
    assert not folds[1].find_element("tag name", "pre").is_displayed()
    folds[1].find_element("tag name", "summary").click()
    assert folds[1].find_element("tag name", "pre").is_displayed()
    root = "document.documentElement"
    assert page.execute_script(f"return {root}.scrollWidth == {root}.clientWidth")
    link = page.find_element("css selector", "a[download]")
    assert link.get_attribute("download") == "reproducer.npz"


def said(page: Any) -> str:
    return page.execute_script("return document.querySelector('output').value")


def test_the_map_is_walked_by_keyboard(page: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    (cell,) = page.find_elements("css selector", ".map td[tabindex='0']")
    assert "Step 2, gradient dense/kernel" in said(page) and "12 of the rounding bound" in said(
        page
    )
    cell.send_keys(Keys.ARROW_LEFT)
    assert said(page) == "Step 1, gradient dense/kernel (2 × 3 float32): bit-equal."
    page.switch_to.active_element.send_keys(Keys.ARROW_UP, Keys.ARROW_UP)
    assert said(page).startswith("Step 1, output dense (2 × 3 float32): 1.0e-7 relative")
    page.switch_to.active_element.send_keys(Keys.ARROW_UP, Keys.END)
    assert said(page).startswith("Step 2, output dense")
    before = cell.size["width"]
    page.switch_to.active_element.send_keys("+")
    assert cell.size["width"] > before


def test_a_cell_that_is_pointed_at_is_described(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    cell = page.find_elements("css selector", ".map td")[0]
    ActionChains(page).move_to_element(cell).perform()
    assert said(page).startswith("Step 1, output dense")
    cell.click()
    assert cell.get_attribute("tabindex") == "0" and cell.get_attribute("aria-label") == said(page)


def test_rows_and_colours_are_chosen(page: Any) -> None:
    def rows() -> list[str]:
        return [th.text for th in page.find_elements("css selector", ".map th[scope=row]")]

    assert len(rows()) == 5
    page.find_element("css selector", "[data-tool=unequal]").click()
    assert rows() == ["dense", "dense/kernel", "loss"]
    (option,) = page.find_elements("css selector", "[data-tool=kind] [value=gradient]")
    option.click()
    assert rows() == ["dense/kernel"]
    cell = page.find_elements("css selector", ".map td")[1]
    assert "h6" in cell.get_attribute("class")  # 12 times the bound
    page.find_element("css selector", "[data-tool=measure] [value=ulp]").click()
    assert "h3" in page.find_elements("css selector", ".map td")[1].get_attribute("class")  # 7 ULP
