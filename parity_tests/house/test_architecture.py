"""Rules for the sources: imports point down, importing is light, files are small."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parity_tests.house.sources import PACKAGE, ROOT, cycles, imports, module_of, modules, sources

# From the lowest up.  A package or module imports what stands below it, never its own floor.
FLOORS = [
    "messages types optional files",
    "notebook settings",
    "frames tf_function twins",
    "dtypes philox shapes strings summation tree",
    "windows resampling",
    "kernels declare",
    "absent autograd",
    "ops dtype_policies",
    "random",
    "activations initializers regularizers constraints",
    "layers losses metrics optimizers",
    "callbacks",
    "training",
    "saving interchange data",
    "export",
    "models",
    "utils visualization",
    "tensorflow",
    "applications backend config datasets exercises parity preprocessing",
    "warm_up lab",
    "cli",
]
FLOOR = {package: floor for floor, packages in enumerate(FLOORS) for package in packages.split()}

# Floors within a package; modules of one floor may import each other.  "*" is all the rest.
INNER_FLOORS = {
    "data": ["shuffle_buffer elements specs", "reading", "*"],
    "tensorflow": ["convert errors", "math random reductions", "arrays pictures variables", "*"],
    "kernels": ["runtime", "rounding", "*"],
    "autograd": [
        "listeners operation_table",
        "tensor",
        "graph variable indexed_slices drawing",
        "op_nodes",
        "conversion",
        "primitive tape",
        "replay transforms *",
    ],
    "ops": ["declarations kinds", "primitives", "*"],
    "layers": [
        "tracking",
        "arguments graphs input_spec state unknown_sizes",
        "building",
        "calling",
        "layer",
        "*",
    ],
    "saving": [
        "limits report",
        "opening assets parts building trial config_review report_text hdf5_headers",
        "hdf5_heaps",
        "json_text zip_archive zip_writer hdf5",
        "weights_store state",
        "sharded_weights safetensors_store",
        "legacy_config",
        "legacy_training",
        "keras_archive",
        "legacy_h5",
        "*",
    ],
    "export": [
        "graph tracing saved_model",
        "rules",
        "array_rules elementwise_rules window_rules",
        "onnx_format",
        "*",
    ],
    "interchange": ["sides", "unsaved", "compile_state", "*"],
    "models": ["graph summary", "model", "graph_config", "functional", "sequential", "*"],
}

# Packages of one floor that may meet.
NEIGHBOURS = {
    ("metrics", "losses"): "metrics of losses are running means of the losses' functions",
}

# Longer than 400 lines, and why; none is longer than 450.
LONG: dict[str, str] = {}


def package_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def packages_of(path: Path) -> Iterator[str]:
    """The packages of minikeras that a file imports."""
    for needed in imports(path):
        root, _, rest = needed.module.partition(".")
        if root == "minikeras" and rest and not needed.is_for_types:
            yield rest.split(".")[0]


def test_every_package_has_a_floor() -> None:
    assert {package_of(p) for p in sources("minikeras")} - {"__init__", "__main__"} == FLOOR.keys()


def test_imports_point_down() -> None:
    wrong = {}
    for path in sources("minikeras"):
        here = package_of(path)
        if here in ("__init__", "__main__"):
            continue
        for there in packages_of(path):
            if there not in FLOOR:
                continue
            down = FLOOR[there] < FLOOR[here] or there == here or (here, there) in NEIGHBOURS
            if not down:
                wrong.setdefault((here, there), []).append(str(path.relative_to(ROOT)))
    assert not wrong


def test_imports_within_a_package_point_down() -> None:
    wrong = []
    for package, floors in INNER_FLOORS.items():
        floor = {part: i for i, parts in enumerate(floors) for part in parts.split()}

        def floor_of(
            module: str, start: int = len(f"minikeras.{package}."), floor: Any = floor
        ) -> int:
            return floor.get(module[start:].split(".")[0], floor["*"])

        for path in sources(f"minikeras/{package}"):
            here = module_of(path)
            wrong += [
                (here, needed.module)
                for needed in imports(path)
                if needed.module.startswith(f"minikeras.{package}.")
                and not needed.is_for_types
                and floor_of(needed.module) > floor_of(here)
            ]
        parts = {p.stem for p in (PACKAGE / package).iterdir()}
        assert floor.keys() - {"*"} <= parts, package
    assert not wrong


def test_the_written_list_is_used() -> None:
    pairs = {(package_of(p), there) for p in sources("minikeras") for there in packages_of(p)}
    assert NEIGHBOURS.keys() <= pairs


def named_floors(text: str) -> list[list[str]]:
    """The floors that a page draws, from the lowest up: a line each, ``8  cli · parity``."""
    lines = re.findall(r"^ *\d+  (.*)$", text, re.MULTILINE)
    return [re.findall(r"\w+", line) for line in reversed(lines)]


def test_pages_draw_the_same_floors() -> None:
    """docs/index.md as here; the README file by file, with what stands higher first."""
    assert named_floors((ROOT / "docs" / "index.md").read_text()) == [
        packages.split() for packages in FLOORS
    ]
    tree = (ROOT / "README.md").read_text().partition("\nminikeras/\n")[2].partition("\nparity")[0]
    lines = [re.split("  +", line.strip())[0] for line in tree.splitlines()]
    drawn = [re.findall(r"(\w+)(?:/|\.py)", line) for line in lines]
    assert sorted(itertools.chain(*drawn)) == sorted(FLOOR)
    for above, below in itertools.pairwise(drawn):
        assert min(FLOOR[name] for name in above) >= max(FLOOR[name] for name in below), above


def test_kernels_know_nothing_but_numpy_numba_and_the_settings() -> None:
    allowed = {"numpy", "numba", "llvmlite", "minikeras", "__future__", *sys.stdlib_module_names}
    for path in sources("minikeras/kernels"):
        assert {*packages_of(path)} <= {
            "kernels",
            "philox",
            "resampling",
            "settings",
            "summation",
            "tf_function",
            "types",
            "windows",
        }, path
        assert {needed.module.split(".")[0] for needed in imports(path)} <= allowed, path


# Who may import kernels.rounding, in addition to the folder itself.
ROUNDING = {
    "minikeras.kernels.clipping": "sums of squares",
    "minikeras.kernels.conv": "sums of windows are contractions",
    "minikeras.kernels.conv2d": "products with a vector, and where sums are cut",
    "minikeras.kernels.conv3d": "gradients over three axes are contractions",
    "minikeras.kernels.conv_groups": "gradients of groups are contractions",
    "minikeras.kernels.depthwise": "sums over filters are in packets",
    "minikeras.kernels.optimizers": "x / √y in compiled functions",
    "minikeras.kernels.resize": "the C library's sine",
    "minikeras.ops.tensorflow_float32": "expressions around the kernels",
}
# What follows TensorFlow's rounding outside of it; the folder's docstring lists them.
ROUNDING_ELSEWHERE = """
    minikeras.ops.tensorflow_float32 minikeras.ops.arithmetic
    minikeras.ops.primitives.conv minikeras.ops.primitives.pool minikeras.kernels.conv
    minikeras.kernels.conv3d
    minikeras.ops.primitives.depthwise minikeras.kernels.depthwise
    minikeras.optimizers.rounding minikeras.random.elementary minikeras.summation
"""


def test_who_rounds_as_tensorflow_does() -> None:
    rounding = "minikeras.kernels.rounding"
    users = {
        module_of(path)
        for path in sources("minikeras")
        for needed in imports(path)
        if needed.module.startswith(rounding)
    }
    assert {user for user in users if not user.startswith(rounding)} == ROUNDING.keys()
    listed = (PACKAGE / "kernels" / "rounding" / "__init__.py").read_text()
    for module in ROUNDING_ELSEWHERE.split():
        assert module in modules()
        assert module.removeprefix("minikeras.") in listed, module
    for path in sources("minikeras/kernels/rounding"):
        assert path.stem in (*listed.split(), "__init__"), path


HEAVY = {"click", "h5py", "jinja2", "keras", "matplotlib", "numba", "pandas", "rich", "scipy"}
HEAVY |= {"PIL", "onnx", "optree", "sklearn", "tensorflow", "torch"}


def loaded_by(code: str) -> set[str]:
    shown = f"import json, sys; {code}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_importing_is_light() -> None:
    loaded = loaded_by("import minikeras")
    assert not loaded & (HEAVY | {"minikeras.applications", "minikeras.export"})


def test_importing_loads_few_modules() -> None:
    """The time of an import depends on the machine; ``benchmarks.compare`` measures it."""
    loaded = loaded_by("import minikeras") - loaded_by("import numpy")
    ours = {module for module in loaded if module.partition(".")[0] == "minikeras"}
    # These take 0.08 to 0.10 s of processor time; 0.15 s are allowed.
    assert len(ours) <= 440, len(ours)
    assert len(loaded - ours) <= 65, sorted(loaded - ours)


def test_tensorflow_and_keras_are_not_needed() -> None:
    assert not loaded_by("import minikeras.cli, minikeras.parity") & {"tensorflow", "keras"}


@pytest.mark.parametrize("folder", ["minikeras", "parity_tests", "benchmarks"])
def test_files_are_small(folder: str) -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in sources(folder)}
    assert max(lengths.values()) <= 450
    assert {file for file, n in lengths.items() if n > 400} <= LONG.keys()


# Silenced checks.


def silenced_without_reason(text: str) -> list[str]:
    """The comments that silence a checker and have no further comment behind them."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    silencing = re.compile(r"# *(type: *ignore|noqa|fmt: *skip|pragma|pyright:)[^#]*$")
    return [comment for comment in comments if silencing.search(comment)]


def test_what_is_silenced_has_a_reason() -> None:
    found = {path: silenced_without_reason(path.read_text()) for path in sources("minikeras")}
    assert not {str(path): comments for path, comments in found.items() if comments}
    bare = ["# type: ignore[a]", "# noqa: B1  (why)", "# fmt: skip", "# why  # pragma: no cover"]
    assert silenced_without_reason("\n".join(bare)) == bare
    assert silenced_without_reason("x = 1  # type: ignore[misc]  # a reason") == []


# Imports inside functions.

FUNCTION_IMPORTS: dict[tuple[str, str], str] = {}


def test_imports_stand_at_the_top() -> None:
    found = {
        (module_of(path), needed.module)
        for path in sources("minikeras")
        for needed in imports(path)
        if needed.is_lazy
    }
    assert found == FUNCTION_IMPORTS.keys()


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Imports inside functions count as well, except for those listed above."""
    graph = {
        module_of(path): {
            needed.module
            for needed in imports(path)
            if needed.module in modules()
            and not needed.is_for_types
            and (module_of(path), needed.module) not in FUNCTION_IMPORTS
        }
        for path in sources("minikeras")
    }
    assert cycles(graph) == []
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


# The tests of kernels.


def test_each_kernel_has_a_test_of_its_name() -> None:
    kernels = {p.stem for p in sources("minikeras/kernels")} - {"__init__"}
    tests = {p.stem.removeprefix("test_") for p in sources("parity_tests/kernels")}
    assert kernels <= tests
