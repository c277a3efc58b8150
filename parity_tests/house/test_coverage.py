"""What minikeras says about names that it does not have, and the page that lists them.

    python -m parity_tests.house.test_coverage

writes `minikeras/keras_names.txt` from the installed Keras, and `docs/coverage.md` from that file.
"""

from __future__ import annotations

import importlib
import inspect
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import keras
import pytest

import minikeras
from minikeras import absent
from parity_tests.house.sources import PACKAGE, ROOT, page_tool
from parity_tests.house.test_prose import exists

NAMES = PACKAGE / "keras_names.txt"
PAGE = ROOT / "docs" / "coverage.md"
NOT_FOR_USERS = {"src", "legacy"}


def public(thing: Any) -> list[str]:
    return sorted(n for n in dir(thing) if re.match(r"[A-Za-z]", n) and n not in NOT_FOR_USERS)


def names_of(module: ModuleType, path: str = "keras") -> Iterator[tuple[str, list[str]]]:
    """The public names of a module and of those below it."""
    yield path, public(module)
    for name in public(module):
        if inspect.ismodule(getattr(module, name)):
            yield from names_of(getattr(module, name), f"{path}.{name}")


def names() -> str:
    """The text of the file of names."""
    methods = [n for n in public(keras.Model) if inspect.isroutine(getattr(keras.Model, n))]
    every = {**dict(names_of(keras)), "keras.Model": methods}
    return "".join(f"{path}: {' '.join(found)}\n" for path, found in sorted(every.items()))


def hooks() -> Any:
    """What `mkdocs build` runs on the pages."""
    return page_tool("hooks")


def test_the_names_are_those_of_the_installed_keras() -> None:
    """If not: ``python -m parity_tests.house.test_coverage``."""
    assert NAMES.read_text() == names()


def test_the_page_is_current() -> None:
    assert hooks().with_coverage(PAGE.read_text()) == PAGE.read_text()


for on_demand in absent.ON_DEMAND:
    importlib.import_module(f"minikeras.{on_demand}")
MODULES = [
    sys.modules[f"mini{path}"] for path in absent.keras_names() if f"mini{path}" in sys.modules
]


def theirs(module: ModuleType) -> list[str]:
    return absent.keras_names()[module.__name__.removeprefix("mini")]


ABSENT = [
    (module.__name__, name)
    for module in MODULES
    for name in theirs(module)
    if name not in vars(module)
]


def test_every_namespace_is_here_or_absent() -> None:
    """The others stand below a module that is absent, such as ``keras.applications.vgg16``."""
    gone = {f"{module}.{name}" for module, name in ABSENT}
    for path in absent.keras_names().keys() - {"keras.Model"}:
        module = f"mini{path}"
        assert module in sys.modules or any(f"{module}.".startswith(f"{g}.") for g in gone), path


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_absent_names_say_so(module: ModuleType) -> None:
    for name in (n for m, n in ABSENT if m == module.__name__):
        path = f"{module.__name__}.{name}".replace("minikeras", "keras", 1)
        answer = f"{path} is not in minikeras 0.1 (docs/coverage)"
        assert not hasattr(module, name)
        with pytest.raises(AttributeError, match=f"^{re.escape(answer)}$"):
            getattr(module, name)
        with pytest.raises(ImportError, match=f"^{re.escape(answer)}$"):
            exec(f"from {module.__name__} import {name}")
        with pytest.raises(ImportError, match=f"^{re.escape(answer)}$") as caught:
            importlib.import_module(f"{module.__name__}.{name}")
        assert (caught.type is ModuleNotFoundError) == (path in absent.keras_names())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_names_that_keras_has_not_either(module: ModuleType) -> None:
    name = next(n for n in dir(module) if n[0] != "_")
    with pytest.raises(AttributeError, match=rf"no attribute '{name}x'\. Did you mean .*'{name}'"):
        getattr(module, f"{name}x")
    with pytest.raises(ImportError, match=f"cannot import name '{name}x' from '{module.__name__}'"):
        exec(f"from {module.__name__} import {name}x")
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        importlib.import_module(f"{module.__name__}.{name}x")
    with pytest.raises(AttributeError, match=r"no attribute '_private'$"):
        _ = module._private


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("Dense", " Did you mean keras.layers.Dense?"),
        ("grad", " Did you mean minikeras.autograd.grad?"),
        ("LSTM", " Did you mean keras.layers.LSTM?"),
        ("layers.Sequential", " Did you mean keras.Sequential or keras.models.Sequential?"),
        ("layers.Dens", " Did you mean 'Dense'?"),
        ("nonsense", ""),
    ],
)
def test_hints(path: str, hint: str) -> None:
    module, _, name = f"minikeras.{path}".rpartition(".")
    with pytest.raises(AttributeError) as caught:
        getattr(sys.modules[module], name)
    message = f"module {module!r} has no attribute {name!r}"
    assert str(caught.value) == (f"{message}.{hint}" if hint else message)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_dir_lists_public_names(module: ModuleType) -> None:
    """Those that Keras has too, and those that the module itself calls public."""
    assert dir(module) == sorted(dir(module))
    assert {n for n in theirs(module) if hasattr(module, n)} <= {*dir(module)}
    assert {*dir(module)} - {*theirs(module)} <= {*getattr(module, "__all__", ())}
    assert all(n[0] != "_" or n == "__version__" for n in dir(module))


def test_absent_methods_of_models() -> None:
    model = minikeras.Sequential([minikeras.layers.Dense(1)])
    for name in absent.keras_names()["keras.Model"]:
        if name not in dir(model):
            assert not hasattr(model, name)
            with pytest.raises(AttributeError, match=f"^Model.{name} is not in minikeras 0.1 "):
                getattr(model, name)
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute 'sav'"):
        _ = model.sav
    with pytest.raises(AttributeError, match=r"Sequential model '.*' has no defined input yet"):
        _ = model.input  # a property's own error


def test_another_base_of_a_model_may_answer() -> None:
    class Answering:
        def __getattr__(self, name: str) -> Any:
            return name

    class Both(minikeras.Model, Answering):
        pass

    assert (Both().quantize, Both().other) == ("quantize", "other")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_present_names_are_not_called_absent(module: ModuleType) -> None:
    """pydoc looks for a module of each name first, then for an attribute."""
    for name in dir(module):
        assert pydoc.locate(f"{module.__name__}.{name}") is not None, name
    assert not hasattr(module, "")


def test_a_reload_adds_no_finder() -> None:
    before = len(sys.meta_path)
    importlib.reload(minikeras)
    assert len(sys.meta_path) == before


def test_the_sentence_is_the_last_line_of_a_script() -> None:
    """Python adds no suggestion of its own."""
    for text in ("import minikeras\nminikeras.layers.LSTM", "from minikeras.layers import LSTM"):
        run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
        last = run.stderr.splitlines()[-1]
        assert last.endswith("Error: keras.layers.LSTM is not in minikeras 0.1 (docs/coverage)")


PLACEHOLDERS = {"keras.ops.name"}  # the op that a page shows how to write


def test_pages_promise_only_what_is_there() -> None:
    """Every `keras.…` that a page names exists here.

    Two pages speak of Keras itself: of what is absent here, and of its defects.
    """
    named = {
        (page.name, dotted)
        for page in [ROOT / "README.md", *PAGE.parent.rglob("*.md")]
        for dotted in re.findall(r"`(keras(?:\.\w+)+)", page.read_text())
        if page.name not in (PAGE.name, "findings.md") and dotted not in PLACEHOLDERS
    }
    assert named
    assert not {(page, dotted) for page, dotted in named if not exists(f"mini{dotted}")}


if __name__ == "__main__":
    NAMES.write_text(names())
    absent.keras_names.cache_clear()
    PAGE.write_text(hooks().with_coverage(PAGE.read_text()))
