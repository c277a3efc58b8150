"""With NUMBA_DISABLE_JIT=1 every kernel is plain Python with the same results.

Another process computes ``results()`` without the compiler.  It also records which functions ran;
those of all modules below ``minikeras.kernels`` but ``runtime`` must be among them.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

import minikeras.kernels

# Functions that only the compiler calls, or that run at import: they emit LLVM or declare kernels.
NOT_KERNELS = {
    "depthwise": "_tile emit masked at load",
    "optimizers": "over_parts over_variables decorate",
    "rounding.packets": "_libm",
    "rounding.contraction": "_tile _emit at declare row_of_vectors phis add_incoming splat",
    "rounding.matrix_vector": "_eight at eight",
    "rounding.elementwise": "elementwise over_packets _inverse_roots_of",
    "rounding.moments": "_over_rows",
    "rounding.trigonometry": "_function",
}
EMIT = ("emit", "_emit", "generate", "estimate", "<")  # prefixes: code that writes LLVM; lambdas

# These start from the processor's estimate of 1 / x or 1 / √x, in place of which Python divides.
ESTIMATED = (
    "elementwise reciprocal",
    "elementwise rsqrt",
    *(
        "elementwise erfc",
        "elementwise gelu",
        "elementwise gelu gradient",
        "elementwise gelu terms",
    ),
    *(f"rules {rule} float32 1" for rule in ("adagrad", "adadelta", "rmsprop")),
    *(
        f"elementwise float32 {m} {name}"
        for m in ("columns", "rows", "others", "sizes")
        for name in ("y", "dx", "dgamma", "terms")
    ),
)


def normal(*shape: int, dtype: str = "float32") -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(minikeras.kernels.__path__, "minikeras.kernels."):
        if ".runtime" not in found.name and not found.ispkg:
            yield importlib.import_module(found.name)


def short_name(module: Any) -> str:
    return str(module.__name__.removeprefix("minikeras.kernels."))


def results() -> dict[str, Any]:
    """What the kernels give for small arrays."""
    return {
        f"{family.__name__} {name}": np.array(value)
        for family in (elementwise, products, convolutions, pooling, tables, sums, random, rules)
        for name, value in family()
    }


def elementwise() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import by_channel, relu
    from minikeras.kernels.rounding import (
        elementwise,
        gelu,
        normalization,
        softmax,
        special,
        trigonometry,
    )

    x = np.append(4 * normal(59), np.float32([0, 200, -200, np.nan, np.inf, -np.inf, -1, 1e-40]))
    for name in ("exp", "log", "log1p", "expm1", "tanh", "sigmoid", "softplus", "reciprocal"):
        yield name, getattr(elementwise, name)(x)
    yield "rsqrt", elementwise.rsqrt(x)
    yield "sin", trigonometry.sin(1000 * x)
    yield "cos", trigonometry.cos(1000 * x)
    yield "exp one by one", elementwise.exp_one_by_one(x)
    yield "erf", special.erf(x)
    yield "power", special.power(x, np.float32(1.7))
    dy = normal(67)
    yield "erfc", special.erfc(dy)
    yield "gelu", gelu.gelu(dy)
    yield "gelu gradient", gelu.gelu_gradient(dy, dy, rewritten=True)
    yield "gelu terms", gelu.gelu_terms(dy, dy, rewritten=True)[0]
    for rewritten in False, True:
        yield f"gelu by tanh {rewritten}", gelu.gelu_by_tanh(dy, rewritten)
        yield f"gelu by tanh gradient {rewritten}", gelu.gelu_by_tanh_gradient(dy, dy, rewritten)
    yield "relu", relu.relu(x)
    yield "relu gradient", relu.relu_vjp(dy, x, x)
    yield "relu6", by_channel.relu6(x)
    yield "relu6 gradient", by_channel.relu6_vjp(dy, x, x)
    yield "relu of sum", by_channel.relu_of_sum(x, dy)
    for name in "scale_and_shift", "scale_and_shift_relu", "scale_and_shift_relu6":
        yield name, getattr(by_channel, name)(normal(3, 5, 7), normal(7), normal(7)[::-1])
    labels, classes = np.array([0, 2, 1]), normal(3, 5)
    wide = normal(3, 67)
    shares = np.float32(np.full((3, 5), 0.2))
    yield "softmax", softmax.softmax(wide)
    yield "log softmax", softmax.log_softmax(wide)
    yield "sparse", softmax.sparse_crossentropy(labels, classes)
    yield "sparse gradient", softmax.sparse_crossentropy_vjp(dy[:3], labels, classes)
    yield "dense", softmax.crossentropy(shares, classes)
    yield "dense gradient", softmax.crossentropy_vjp(dy[:3], shares, classes)
    axes = {"columns": (0, 1, 2), "rows": (3,), "others": (1, 3)}
    for dtype, moments in [("float64", "columns"), *(("float32", name) for name in axes)]:
        how: Any = {"axes": axes[moments], "epsilon": 1e-3}
        x, gamma = normal(4, 3, 3, 13, dtype=dtype), normal(13, dtype=dtype)
        y = normalization.normalize_by_moments(x, gamma, gamma, **how)
        dy = (0.1 * normal(4, 3, 3, 13, dtype=dtype), *y[1:])
        dx = normalization.normalize_by_moments_vjp(dy, y, x, gamma, gamma, **how)
        for name, value in zip(("y", "m", "v", "dx", "dgamma", "dbeta"), (*y, *dx)):
            yield f"{dtype} {moments} {name}", value
        if dtype == "float32":
            terms = normalization.normalize_by_moments_terms(dy, y, x, gamma, gamma, **how)
            yield f"float32 {moments} terms", np.stack(terms)
    how = {"axes": (3,), "epsilon": 1e-3, "x_first": None}
    x, gamma = normal(2, 3, 3, 5), normal(5)
    y = normalization.normalize_by_size(x, gamma, **how)
    dx, dscale = normalization.normalize_by_size_vjp(y, y, x, gamma, **how)
    terms = np.stack(normalization.normalize_by_size_terms(y, y, x, gamma, **how))
    for name, value in ("y", y), ("dx", dx), ("dgamma", dscale), ("terms", terms):
        yield f"float32 sizes {name}", value


def products() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels.rounding import contraction, householder, matmul, matrix_vector, stacks
    from minikeras.kernels.rounding.unfused import unfused_rows

    for rows, inner, columns in (
        (3, 5, 4),
        (13, 9, 35),
        (1, 9, 4),
        (7, 130, 1),
        (3, 9, 1),
        (2, 1, 3),
    ):
        for dtype in "float32", "float64":
            a, b = normal(rows, inner, dtype=dtype), normal(inner, columns, dtype=dtype)
            how = f"{dtype} {rows} {inner} {columns}"
            yield how, matmul.matmul(a, b)
            yield f"{how} transposed", matmul.matmul(np.asfortranarray(a), np.asfortranarray(b))
    for rows, inner, columns in ((2, 3, 2), (1, 30, 1), (3, 30, 1), (1, 30, 3), (9, 13, 31)):
        a, turned = normal(2, rows, inner), np.swapaxes(normal(2, columns, inner), 1, 2)
        yield f"stacks {rows} {inner} {columns}", stacks.products(a, turned)
    yield "one row more", matmul.matmul(normal(1, 140).T.copy().T, normal(140, 3))
    yield "parts", matmul.product(normal(3, 8), normal(8, 5), (np.array([3, 2]), np.array([3])))
    yield "transposition", contraction.transposed(normal(130, 129))
    x, starts, offsets = normal(40), np.array([0, 3, 4, 5, 6, 7, 8, 9, 10, 11]), np.arange(19)
    yield "indexed", contraction.indexed_matmul(x, starts, offsets, normal(19, 3))
    yield "vector", matrix_vector.indexed_matvec(x, starts[:9], offsets, normal(19), ((19,),))
    x = normal(90)
    yield (
        "tall vector",
        matrix_vector.indexed_matvec(x, np.arange(60), offsets, normal(19), ((19,),)),
    )
    y = np.empty((5, 23), np.float32)
    unfused_rows(normal(95), 0, 5, 5, normal(19, 23), y)
    yield "unfused", y
    yield "q", householder._qr(normal(5, 3))[0]
    yield "r", householder._qr(normal(17, 3, dtype="float64"))[1]


def convolutions() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import conv, conv_groups, depthwise

    same = ((1, 1), (1, 1))
    for channels, filters, margins in (1, 3, ()), (2, 1, same), (16, 2, same), (2, 9, ()):
        x, w = normal(2, 6, 6, channels), normal(3, 3, channels, filters)
        how: Any = {"strides": (1, 1), "dilation": (1, 1), "margins": margins}
        name = f"{channels} {filters}"
        y = conv.convolve_biased(x, w, normal(filters), rectified=True, **how)
        yield name, conv.convolve(x, w, **how)
        yield f"{name} biased", y
        grads = conv.convolve_biased_vjp(y, y, x, w, normal(filters), rectified=True, **how)
        for which, gradient in zip("xwb", grads):
            yield f"{name} d{which}", gradient()
    x, w = normal(2, 6, 6, 3), normal(3, 3, 3, 4)
    how = {"strides": (2, 2), "dilation": (1, 1), "margins": ()}
    dy = normal(2, 2, 2, 4)
    yield "few", conv.convolve_input_gradient(dy, w, space=(6, 6), **how)
    dy = normal(1, 2, 2, 4)
    yield "strided", conv.convolve_input_gradient(dy, w, space=(6, 6), **how)
    dy, w = normal(2, 1, 1, 4), normal(3, 3, 3, 4)
    yield "one cell", conv.convolve_input_gradient(dy, w, space=(3, 3), **how)
    yield "one window", conv.convolve(normal(1, 3, 3, 3), w, **how)
    how = {"strides": (1, 1), "dilation": (2, 2), "margins": ()}
    yield "dilated", conv.convolve_input_gradient(normal(2, 3, 3, 4), w, space=(7, 7), **how)
    x, w, how = normal(2, 3, 4, 5, 1), normal(2, 2, 2, 1, 2), {k: v[:1] * 3 for k, v in how.items()}
    y = conv.convolve(x, w, **how)
    yield "volumes", y
    yield "volumes dx", conv.convolve_input_gradient(y, w, space=(3, 4, 5), **how)
    for channels in 1, 2:
        x = normal(2, 3, 4, 5, channels)
        yield f"volumes {channels}", conv.convolve_kernel_gradient(x, y, size=(2, 2, 2), **how)
    how = {"strides": (1, 1), "margins": (), "groups": 2}
    for filters, dilation in (2, (1, 1)), (6, (2, 2)):
        x, w = normal(2, 5, 5, 4), normal(2, 2, 2, filters)
        y = conv_groups.convolve_groups(x, w, **how, dilation=dilation)
        yield f"groups {filters}", y
        gap: Any = how | {"dilation": dilation}
        dw = conv_groups.groups_kernel_gradient(x, y, size=(2, 2), **gap)
        yield f"groups {filters} dw", dw
        yield f"groups {filters} dx", conv_groups.groups_input_gradient(y, w, space=(5, 5), **gap)
    for multiplier in 1, 9:
        x, w = normal(2, 6, 6, 3), normal(3, 3, 3, multiplier)
        how = {"strides": (1, 1), "dilation": (1, 1), "margins": same}
        y = depthwise.depthwise(x, w, **how)
        yield f"depthwise {multiplier}", y
        dx = depthwise.depthwise_input_gradient(y, w, space=(6, 6), **how)
        yield f"depthwise {multiplier} dx", dx
        dw = depthwise.depthwise_kernel_gradient(x, y, size=(3, 3), **how)
        yield f"depthwise {multiplier} dw", dw


def pooling() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import pool, resize, warp

    for size in (2, 2), (3, 2):
        x = normal(2, 6, 6, 3)
        how: Any = {"size": size, "strides": (2, 2)}
        y = pool.max_window(x, **how)
        yield f"{size}", y
        yield f"{size} gradient", pool.spread_to_winners(y, x, **how)
    for interpolation in "bilinear", "bicubic", "lanczos3":
        how = {"interpolation": interpolation, "antialias": False}
        y = resize.interpolate(x, size=(12, 18), **how)
        yield interpolation, y
        dx = resize.interpolate_gradient(y, size=(6, 6), **how, kind="float32")
        yield f"{interpolation} gradient", dx
    yield "areas", resize.covered_means(normal(2, 5, 6, 1), size=(2, 4))
    maps = np.array([[0.9, 0.2, -1, -0.2, 1.1, 2, 0.01, 0]], np.float32)
    for fill_mode in "constant", "nearest", "wrap", "reflect":
        for interpolation in "nearest", "bilinear":
            how = {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.5}
            yield f"warped {fill_mode}, {interpolation}", warp.warp(x, maps, **how)
    y = pool.upsample(x, sizes=(2, 3))
    yield "upsampled", y
    yield "upsampled gradient", pool.upsample_vjp(y, y, x, sizes=(2, 3))


def tables() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import lookup

    x, numbers = normal(5, 3), np.array([[0, -1], [4, 0]])
    yield "taken", lookup._take(x, numbers, axis=0)
    yield "added", lookup._add_at(normal(2, 2, 3), numbers, axis=0, size=5)


def sums() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels.rounding import packets, sums

    x = normal(3, 17, 9)
    for axis in None, 0, 1, 2, (0, 2), (1, 2):
        yield f"{axis}", sums.sum(x, axis)
    yield "mean", sums.mean(x, 0)
    yield "bias", sums.bias_gradient(x)
    yield "long", sums.sum(normal(9000))
    yield "long", sums.sum(normal(9000).reshape(1, 9000), 1)
    yield "two threads", np.float32(sums._sum_whole(normal(41), 2))
    yield "packet", packets.cores()


def random() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import random

    stream = (3, 5), (7, 9)
    yield "blocks", random.blocks(stream, np.arange(9, dtype=np.uint64))
    yield "order", random.permutation(11, stream, 2)
    yield "uniform", random.uniform((1, 2), (3, 7), -0.5, 0.25)
    for dtype in "float32", "float64":
        mask = random.dropout_mask((1, 2), (3, 7), 0.4, dtype)
        yield f"{dtype} mask", mask
        yield f"{dtype} masked", random.masked(normal(3, 7, dtype=dtype), mask, rate=0.4)
    x = normal(3, 7)
    yield "gradient", random.masked_vjp(x, x, x, mask, rate=0.4)[0]


def rules() -> Iterator[tuple[str, Any]]:
    from minikeras.kernels import optimizers
    from minikeras.kernels.runtime.threads import ALONE

    named = {
        name: (f.roles, f.scalars._fields) for name, f in vars(optimizers).items() if is_rule(f)
    }
    named |= dict.fromkeys(("scaled", "decay"), (2, ())) | {"squares": (1, ())}
    for name, (roles, fields) in named.items():
        for dtype in "float32", "float64":
            for compiled in range(1 + ("compiled" in fields)):
                s = np.linspace(0.25, 0.5, 40).astype(dtype)
                if "compiled" in fields:
                    s[fields.index("compiled")] = compiled
                variables = [np.abs(normal(70 + role, dtype=dtype)[:70]) for role in range(roles)]
                done = getattr(optimizers, name)(ALONE, id(variables), roles, id(s.dtype), s)
                yield f"{name} {dtype} {compiled}", np.stack([*variables, np.resize(s, 70)]) * done


def is_rule(function: Any) -> bool:
    return hasattr(function, "roles")


def functions_of(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from functions_of(constant)


def kernels_of(module: Any) -> Iterator[tuple[str, int, str]]:
    """Every function in the source of a module, but those that are no kernels."""
    file = str(module.__file__)
    excluded = NOT_KERNELS.get(short_name(module), "").split()
    for code in functions_of(compile(Path(file).read_text(), file, "exec")):
        is_function = code.co_flags & inspect.CO_OPTIMIZED  # not the body of a class
        if is_function and not code.co_name.startswith(EMIT) and code.co_name not in excluded:
            yield short_name(module), code.co_firstlineno, code.co_name


def plain_results(file: str) -> None:
    """Save the results of plain Python, and which functions of the modules did not run."""
    ran, names = set(), {str(m.__file__): short_name(m) for m in modules()}

    def record(frame: Any, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in names:
            ran.add((names[code.co_filename], code.co_firstlineno, code.co_name))

    sys.setprofile(record)
    found = results()
    sys.setprofile(None)
    missing = [kernel for m in modules() for kernel in kernels_of(m) if kernel not in ran]
    np.savez(file, **found, missing=np.array([f"{m}:{line} {n}" for m, line, n in missing], str))


def test_every_kernel_runs_as_plain_python(tmp_path: Path) -> None:
    file = tmp_path / "results.npz"
    variables = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(file)], env=variables, check=True, timeout=300)
    plain, compiled = dict(np.load(file)), results()
    assert plain.pop("missing").tolist() == []
    assert plain.keys() == compiled.keys()
    for name, expected in compiled.items():
        assert plain[name].dtype == expected.dtype, name
        if name in ESTIMATED:
            np.testing.assert_allclose(plain[name], expected, 1e-6, 1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(plain[name], expected, name)


if __name__ == "__main__":
    plain_results(sys.argv[1])
