"""What stands in for TensorFlow has its names, arguments, values and dtypes."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from minikeras.parity import stand_in
from minikeras.tensorflow import NAMESPACES
from parity_tests.tensorflow import drawing
from parity_tests.tensorflow.cases import CASES, SAME, WITHOUT_VALUES

OURS = stand_in._tensorflow()
SEED = 7
OFFERED = [
    f"{namespace}.{name}".lstrip(".")
    for namespace, names in NAMESPACES.items()
    for name, thing in names.items()
    if callable(thing)
]

COLOURED = ("adjust", "random", "stateless_random")  # how names of functions of colours begin

# Results that are rounded in other places, and the largest difference as a part of the largest
# element: what is no kernel here (`parity_tests/ops` measures the same), and formulas of colours.
ROUNDED = {
    **dict.fromkeys(("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh"), 3e-7),
    **dict.fromkeys(("cosh", "sinh", "tan", "erfinv"), 3e-7),
    "reduce_prod": 3e-7,
    "nn.local_response_normalization": 2e-7,
    **{f"linalg.{n}": 2e-6 for n in ("cholesky", "det", "eigh", "einsum", "inv", "qr", "solve")},
    "linalg.svd": 2e-6,
    **{f"image.{word}_contrast": 3e-7 for word in COLOURED},
    **{f"image.{word}_{n}": 1e-6 for word in COLOURED for n in ("hue", "saturation")},
    "image.ssim": 6e-6,
}


def case_of(name: str) -> Any:
    """What is called; a function of one or two tensors and a reduction need no entry."""
    name = SAME.get(name, name)
    if name in CASES:
        return CASES[name]
    arguments = [*inspect.signature(drawing.of(OURS, name)).parameters]
    word = name.rpartition(".")[2]
    if arguments[1:2] == ["axis"] and (word.startswith("reduce_") or word == "count_nonzero"):
        return drawing.reduction(name)
    assert arguments[-1] == "name" and len(arguments) in (2, 3), f"{name} has no case"
    return drawing.elementwise(name) if len(arguments) == 2 else drawing.of_two(name)


def leaves(found: Any) -> list[Any]:
    """All tensors of nested lists and tuples, as arrays."""
    if isinstance(found, list | tuple):
        return [leaf for part in found for leaf in leaves(part)]
    return [] if found is None else [np.asarray(found.numpy())]


def compared() -> list[str]:
    """Each function once, under the last of its names."""
    functions = {
        id(drawing.of(OURS, name)): name
        for name in OFFERED
        if name not in WITHOUT_VALUES
        and not (inspect.isclass(drawing.of(OURS, name)) and name not in CASES)
    }
    return [*functions.values()]


@pytest.mark.parametrize("name", compared())
def test_values(name: str) -> None:
    arrays = drawing.Arrays(SEED)
    theirs, ours = (leaves(case_of(name)(module, arrays)) for module in (tf, OURS))
    tolerance = ROUNDED.get(SAME.get(name, name).removeprefix("math."), 0.0)
    assert len(ours) == len(theirs)
    for found, expected in zip(ours, theirs):
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        if tolerance and found.dtype.kind == "f":
            limit = tolerance * np.abs(expected).max(initial=0)
            np.testing.assert_allclose(found, expected, rtol=0, atol=limit)
        elif tolerance and found.dtype == "uint8":  # a float that was cut off to an integer
            assert np.abs(found.astype(int) - expected).max() <= 1
        else:
            np.testing.assert_array_equal(found, expected)


def test_names_and_arguments() -> None:
    different = {}
    for name in OFFERED:
        ours, theirs = drawing.of(OURS, name), drawing.of(tf, name)
        if inspect.isclass(ours) or name == "custom_gradient":
            continue
        found, expected = (
            [(p.name, p.kind, named(p.default)) for p in inspect.signature(f).parameters.values()]
            for f in (ours, theirs)
        )
        if found != expected:
            different[name] = found, expected
    assert not different


def named(default: Any) -> Any:
    """A dtype by its name."""
    return getattr(default, "name", default) if default is not inspect.Parameter.empty else "none"


def test_methods_have_the_arguments() -> None:
    for name in ("data.Dataset", "random.Generator"):
        ours, theirs = drawing.of(OURS, name), drawing.of(tf, name)
        for method in dir(ours):
            if method[0] == "_" or not callable(getattr(ours, method)) or method == "ragged_batch":
                continue
            found, expected = (
                [p for p in inspect.signature(getattr(cls, method)).parameters if p != "kwargs"]
                for cls in (ours, theirs)
            )
            wider = {"output_type", "name"} if method == "range" else set()
            assert [p for p in found if p not in wider] == expected, method


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda tf: tf.debugging.assert_equal([1], [2]), "InvalidArgumentError"),
        (lambda tf: tf.debugging.assert_positive([0]), "InvalidArgumentError"),
        (lambda tf: tf.debugging.assert_near([0.0], [1.0]), "InvalidArgumentError"),
        (lambda tf: tf.debugging.assert_rank([0.0], 2), "ValueError"),
        (lambda tf: tf.debugging.assert_shapes([(tf.zeros(3), (4,))]), "ValueError"),
        (lambda tf: tf.debugging.Assert(False, [1]), "InvalidArgumentError"),
        (lambda tf: tf.debugging.check_numerics([np.nan], "m"), "InvalidArgumentError"),
        (lambda tf: tf.io.read_file("/not/there"), "NotFoundError"),
        (lambda tf: tf.image.crop_to_bounding_box(tf.zeros((2, 2, 1)), 1, 1, 2, 2), "ValueError"),
        (lambda tf: tf.image.central_crop(tf.zeros((2, 2, 1)), 2.0), "ValueError"),
        (lambda tf: tf.random.uniform((2,), dtype=tf.int32), "ValueError"),
        (lambda tf: tf.image.random_contrast(tf.zeros((2, 2, 1)), 2.0, 1.0), "ValueError"),
    ],
)
def test_errors(call: Any, error: str) -> None:
    for module in (tf, OURS):
        with pytest.raises(Exception) as raised:
            call(module)
        assert type(raised.value).__name__ == error


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("ragged", "pad_sequences"),
        ("lookup", "StringLookup"),
        ("distribute", "leave the strategy out"),
        ("math.lbeta", "keras.ops"),
        ("io.parse_single_example", "numpy.savez"),
    ],
)
def test_what_to_use_instead(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no tensorflow\.{name}; .*{instead}"):
        drawing.of(OURS, name)


def test_tensors_are_printed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minikeras.autograd.tensor._text.is_tensorflows", True)
    for value in (1.5, [1.5, 2.0], [[1, 2], [3, 4]], ["a", "b"], True, np.zeros((2, 2, 1))):
        theirs, ours = tf.constant(value), OURS.constant(value)
        assert (str(ours), repr(ours)) == (str(theirs), repr(theirs))
        assert type(ours.numpy()) is type(theirs.numpy())
        if not isinstance(value, list) or not isinstance(value[0], str):
            pair = [repr(module.Variable(value)) for module in (tf, OURS)]
            assert pair[0] == pair[1]


def test_what_tf_print_writes(capfd: pytest.CaptureFixture[str]) -> None:
    """To stderr, the first and last three elements of each axis."""
    texts = []
    for module in (tf, OURS):
        module.print("loss", module.constant(1.5), np.arange(9), [1, 2.5], {"a": 1})
        module.print(module.ones((2, 2)), module.constant(["a", "b"]), module.constant("c"))
        module.print(module.constant([0.1, 1e-7, 3.0, 1e10]), sep="|", end="!\n")
        module.print(module.range(20), summarize=2)
        texts.append(capfd.readouterr().err)
    assert texts[0] == texts[1]
