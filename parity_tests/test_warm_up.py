"""``minikeras warm-up`` compiles every kernel; a usual training has nothing left to compile."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner
from numba.core.dispatcher import Dispatcher

import minikeras.kernels
from minikeras import warm_up
from minikeras.cli import main
from minikeras.kernels.runtime import disk_cache

# Kernels that the warm-up may leave out.
RARE = {
    "conv2d._dots": "only on processors with AVX-512",
    "rounding.elementwise.rsqrt_into": "only on processors with AVX-512",
    "rounding.elementwise._inverse_roots_rounded": "float64, and processors without AVX-512",
    "rounding.matrix_vector._dots": "maps of one cell, or windows of one number",
    "rounding.matrix_vector._dots_part": "maps of one cell, or windows of one number",
    "rounding.matrix_vector._by_runs": "one filter whose sums are longer than its map",
    "rounding.matrix_vector._by_runs_part": "one filter whose sums are longer than its map",
    "lookup._add": "gradients of take; those of Embedding are sparse",
    "lookup._add_part": "gradients of take; those of Embedding are sparse",
    "rounding.sums._sum_in_order": "sums over the first and the last axis, as with channels_first",
    "rounding.elementwise.exp_rest_into": "elu behind a Dense whose units are no multiple of 8",
    "rounding.special._erfc_into": "of keras.ops only; gelu has a kernel of its own",
    "rounding.special._power_into": "keras.ops.power and a few losses",
    "rounding.special._power_part": "keras.ops.power and a few losses",
    "rounding.elementwise.expm1_into": "of keras.ops only; elu has a kernel of its own",
}
RARE |= {
    f"rounding.gelu.{name}": "gelu(approximate=True)"
    for name in ["_by_tanh", "_by_tanh_part", "_by_tanh_gradient", "_by_tanh_gradient_part"]
}
RARE |= {
    f"rounding.stacks.{name}": "the layer Dot, and keras.ops.matmul of stacks"
    for name in [
        "_add_halves",
        "_dot",
        "_dot_of_two",
        "_eight_sums",
        "_even_and_odd",
        "_in_order",
        "_lanes",
        "_products",
        "_products_part",
        "_row_times_vector",
        "_sum",
    ]
}
RARE |= {
    f"resize.{name}": "UpSampling2D that interpolates, layers and operations that resize images"
    for name in [
        "_add",
        "_add_part",
        "_between_cells",
        "_covered_rows",
        "_linear_rows",
        "_resize",
        "_resize_part",
        "_sine",
        "_weighted_cells",
        "_weighted_rows",
    ]
}
RARE |= {
    f"rounding.trigonometry.{name}": "keras.ops.sin and cos, and RandomRotation"
    for name in ["_sines_of_reduced", "cosine_into", "sine_into"]
}
RARE |= {
    f"by_channel.{name}": "networks of keras.applications: relu of a sum, and relu6"
    for name in [
        "_relu6",
        "_relu6_gradient",
        "_relu6_gradient_part",
        "_relu6_part",
        "_relu_of_sum",
        "_relu_of_sum_part",
    ]
}
RARE |= {
    f"warp.{name}": "layers that turn, move or stretch images"
    for name in ["_at", "_inside", "_warp", "_warp_part", "_whole"]
}
# What a user might train first; the networks of the warm-up are others.
FIRST_SCRIPT = """
import numpy as np
import minikeras as keras

k, x = keras.layers, np.random.default_rng(0).random((1500, 28, 28, 1))
maps = [k.Conv2D(32, 3, activation="relu"), k.MaxPooling2D(2)]
maps += [k.Conv2D(64, 3, activation="relu"), k.MaxPooling2D(2), k.Flatten(), k.Dropout(0.5)]
model = keras.Sequential([k.Input((28, 28, 1)), *maps, k.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, np.zeros(1500), batch_size=128, validation_split=0.1, verbose=0)
model.evaluate(x, np.zeros(1500), verbose=0)
"""


def kernel_names() -> Iterator[str]:
    """Those that are kept in files; an inlined kernel is part of its callers."""
    home = "minikeras.kernels."
    for found in pkgutil.walk_packages(minikeras.kernels.__path__, home):
        for name, value in vars(importlib.import_module(found.name)).items():
            is_kernel = isinstance(value, Dispatcher) and value.py_func.__module__ == found.name
            if is_kernel and not value.targetoptions.keys() & {"inline", "forceinline"}:
                yield f"{found.name.removeprefix(home)}.{name}"


def test_every_kernel_is_compiled(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "COLUMNS": "80"}
    command = [sys.executable, "-m", "minikeras", "warm-up"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    folder = next((tmp_path / "minikeras").iterdir())
    stored = [file.name for file in folder.iterdir()]
    assert run.stdout == f"{len(stored)} compiled kernels are kept in {folder}\n"
    assert "100%" in run.stderr
    compiled = {name.rpartition("-")[0] for name in stored}
    assert set(kernel_names()) - compiled <= RARE.keys() <= set(kernel_names())

    command = [sys.executable, "-c", FIRST_SCRIPT]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert run.stderr == ""
    assert {file.name for file in folder.iterdir()} == set(stored)


def test_without_a_folder(monkeypatch) -> None:
    monkeypatch.setattr(disk_cache, "cache_directory", lambda: "")
    monkeypatch.setattr(warm_up, "trainings", lambda: 1 / 0)
    result = CliRunner().invoke(main, ["warm-up"])
    assert result.exit_code == 2
    assert "no folder belongs to this user alone" in result.stderr
