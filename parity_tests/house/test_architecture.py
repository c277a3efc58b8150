"""The house stands as it was drawn: imports point down, importing is light, files are small."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [
    "types optional",
    "settings",
    "twins",
    "dtypes shapes tree kernels",
    "declare",
    "autograd",
    "ops dtype_policies",
    "random",
    "activations initializers regularizers constraints",
    "layers losses metrics optimizers",
    "callbacks",
    "training",
    "models",
    "saving datasets utils wrappers visualization",
    "backend config parity",
    "cli",
]
FLOOR = {package: floor for floor, packages in enumerate(FLOORS) for package in packages.split()}

# Packages of one floor that may meet.
NEIGHBOURS = {
    ("metrics", "losses"): "metrics of losses are running means of the losses' functions",
}

# Upward, and only inside functions: Keras's API wants an object to find what stands on it.
LAZY = {
    ("autograd", "initializers"): "Variable('zeros', shape)",
    ("declare", "autograd"): "configs may hold tensors and KerasTensors",
    ("declare", "ops"): "configs may hold tensors",
}

# Longer than 450 lines, and why.
LONG = {
    "minikeras/optimizers/optimizer.py": "the base of all optimizers, likewise",
    "parity_tests/misuse/construction.py": "a table",
    "parity_tests/losses/test_losses.py": "all losses",
    "parity_tests/training/test_trainer.py": "all of fit",
}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def package_of(path: Path) -> str:
    first = path.relative_to(ROOT / "minikeras").parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The packages of minikeras that a file imports, and whether that is put off to a call."""
    tree = ast.parse(path.read_text())
    lazy, typing = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lazy |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            inside = node.module == "minikeras"
            names = [f"minikeras.{a.name}" for a in node.names] if inside else [str(node.module)]
        else:
            continue
        for name in names:
            root, _, rest = name.partition(".")
            if root == "minikeras" and rest:
                yield rest.split(".")[0], id(node) in lazy


def test_every_package_has_a_floor() -> None:
    packages = {package_of(p) for p in sources("minikeras")} - {"__init__"}
    assert packages <= FLOOR.keys()


def test_imports_point_down() -> None:
    wrong = {}
    for path in sources("minikeras"):
        here = package_of(path)
        if here == "__init__":
            continue
        for there, lazy in imports(path):
            if there not in FLOOR:
                continue
            down = FLOOR[there] < FLOOR[here] or there == here or (here, there) in NEIGHBOURS
            if not down and not (lazy and (here, there) in LAZY):
                wrong.setdefault((here, there), []).append(f"{path.relative_to(ROOT)} lazy={lazy}")
    assert not wrong


def test_written_lists_are_used() -> None:
    pairs = {(package_of(p), there) for p in sources("minikeras") for there, _ in imports(p)}
    assert NEIGHBOURS.keys() | LAZY.keys() <= pairs


def test_kernels_know_nothing_but_numpy_numba_and_the_settings() -> None:
    allowed = {"numpy", "numba", "llvmlite", "minikeras", "__future__", *sys.stdlib_module_names}
    for path in sources("minikeras/kernels"):
        assert {there for there, _ in imports(path)} <= {"settings", "kernels", "types"}, path
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            assert {name.split(".")[0] for name in names} <= allowed, path


HEAVY = {"click", "h5py", "jinja2", "keras", "matplotlib", "numba", "pandas", "rich", "scipy"}
HEAVY |= {"sklearn", "tensorflow", "torch"}


def loaded_by(code: str) -> set[str]:
    shown = f"import json, sys; {code}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_importing_is_light() -> None:
    assert not loaded_by("import minikeras") & HEAVY


def test_the_house_stands_without_tensorflow_and_keras() -> None:
    assert not loaded_by("import minikeras.cli, minikeras.parity") & {"tensorflow", "keras"}


@pytest.mark.parametrize("package", ["minikeras", "parity_tests"])
def test_files_are_small(package: str) -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in sources(package)
        if (n := len(path.read_text().splitlines())) > 450
    }
    assert long.keys() <= LONG.keys(), long
