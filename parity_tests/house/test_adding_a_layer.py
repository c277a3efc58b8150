"""docs/adding_a_layer.md followed from nothing: its file is written, its layer is put in place.

What the page quotes is also what stands in the tree.
"""

from __future__ import annotations

import importlib.util
import re
import types
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import Phase, settings

import minikeras
from parity_tests.house import test_api, test_seed_order

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/adding_a_layer.md").read_text()
LAYER, _, TEST = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
QUOTED = {
    "minikeras/layers/__init__.py": 0,
    "parity_tests/house/test_seed_order.py": 1,
}


def loaded(folder: Path, name: str, source: str) -> types.ModuleType:
    """A module written to a file of its own and imported from there."""
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the page's layer and puts it in place of the one that is there; gives its test."""

    def follow(source: str) -> Any:
        monkeypatch.delattr(minikeras.layers, "PReLU")
        layer = loaded(tmp_path, "prelu_of_the_page", source).PReLU
        monkeypatch.setattr(minikeras.layers, "PReLU", layer, raising=False)
        test = loaded(tmp_path, "test_of_the_page", TEST).test_prelu
        return settings(max_examples=10, phases=(Phase.generate,))(test)

    return follow


def test_the_layer_of_the_page_passes_the_test_of_the_page(followed: Any) -> None:
    followed(LAYER)()
    name, arguments, shape = next(row for row in test_seed_order.LAYERS if row[0] == "PReLU")
    drawn = [test_seed_order.drawn(lib, name, arguments, shape) for lib in (minikeras, keras)]
    assert drawn[0] == drawn[1]
    assert not test_api.differences(keras.layers.PReLU, minikeras.layers.PReLU)


MISTAKES = [  # what is written, what instead, what the page's test then says
    ("ops.negative(self.alpha)", "self.alpha", "output"),
    ('name="alpha"', 'name="slope"', "paths of weights"),
    ("shape[axis - 1] = 1", "shape[axis - 1] = 2", "alpha"),
    ('field("Zeros"', 'field("Ones"', "initial subject/alpha"),
    ("shared_axes: Any = None", "shared_axes: Any = field(None, saved=False)", "config"),
]


@pytest.mark.parametrize("line, mistake, message", MISTAKES, ids=[row[1] for row in MISTAKES])
def test_the_test_of_the_page_finds_mistakes(
    followed: Any, line: str, mistake: str, message: str
) -> None:
    assert LAYER.count(line) == 1
    with pytest.raises(AssertionError, match=message):
        followed(LAYER.replace(line, mistake))()


def test_what_the_page_quotes_stands_in_the_tree() -> None:
    assert (ROOT / "minikeras/layers/activations/prelu.py").read_text() == LAYER
    tests = (ROOT / "parity_tests/layers/activations/test_activation_layers.py").read_text()
    assert TEST[TEST.index("@given") :] in tests
    blocks = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
    for path, i in QUOTED.items():
        assert blocks[i] in (ROOT / path).read_text(), path
