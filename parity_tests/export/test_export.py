"""``model.export``: its arguments, its files, and the SavedModels that TensorFlow loads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

import minikeras
from minikeras import tree
from minikeras.export.onnx_format import to_onnx
from parity_tests.checks.compare import assert_close
from parity_tests.checks.model import raises_alike
from parity_tests.export.test_onnx import check
from parity_tests.export.test_onnx import run as evaluate
from parity_tests.interchange.test_keras_models import nested, nested_data


def small(library: Any = minikeras) -> Any:
    layers = library.layers
    hidden = [layers.Dense(4, "relu"), layers.Dropout(0.5), layers.BatchNormalization()]
    return library.Sequential([library.Input((3,), name="x"), *hidden, layers.Dense(2)])


X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def run(path: Path, *data: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(os.fspath(path))
    return session.run(None, {g.name: x for g, x in zip(session.get_inputs(), data, strict=True)})


def test_onnx_after_training(tmp_path: Path, capsys: Any) -> None:
    model = small()
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], epochs=2, verbose=0)
    model.export(tmp_path / "model.onnx", format="onnx")
    assert capsys.readouterr().out == f"Saved artifact at '{tmp_path / 'model.onnx'}'.\n"
    (y,) = run(tmp_path / "model.onnx", X)
    assert_close(y, model.predict(X, verbose=0), "predictions")
    model.export(tmp_path / "quiet.onnx", format="onnx", verbose=False)
    assert capsys.readouterr().out == ""
    proto = onnx.load(tmp_path / "quiet.onnx")
    assert [i.name for i in proto.graph.input] == ["x"]
    assert proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert proto.opset_import[0].version == 18
    model.export(tmp_path / "new.onnx", format="onnx", verbose=False, opset_version=20)
    assert onnx.load(tmp_path / "new.onnx").opset_import[0].version == 20
    assert_close(run(tmp_path / "new.onnx", X)[0], y, "predictions of opset 20")


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    """Nested and shared layers too; the names are those of the layers."""
    model, (x, _) = nested(minikeras), nested_data()
    path = tmp_path / "nested.onnx"
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(os.fspath(path))
    assert [g.name for g in session.get_inputs()] == ["a", "b"]
    assert [g.name for g in session.get_outputs()] == ["first", "second"]
    for a, b in zip(run(path, *x), model.predict(x, verbose=0), strict=True):
        assert_close(a, b, "output", scale=8)


class Twice(minikeras.Model):
    """A model of the user's own, whose input is a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = minikeras.layers.Dense(3)

    def call(self, inputs: Any, training: bool = False) -> Any:
        y = self.dense(self.dense(inputs["x"]))
        return {"sum": y + inputs["z"], "noise": y * 0 if training else y}


def test_subclassed_models(tmp_path: Path) -> None:
    model, path = Twice(), tmp_path / "own.onnx"
    x = {"x": X, "z": X + 1}
    with pytest.raises(ValueError, match="has no known inputs"):
        model.export(path, format="onnx")
    signature = tree.map_structure(lambda a: minikeras.InputSpec(shape=(None, 3)), x)
    ours = model(x)
    model.export(path, format="onnx", verbose=False, input_signature=[signature])
    outputs = run(path, *tree.flatten(x))
    for a, b in zip(outputs, tree.flatten(ours), strict=True):
        assert_close(a, b, "output")
    with pytest.raises(ValueError, match="objects with a shape"):
        model.export(path, format="onnx", input_signature=[3])


def test_masks_that_nobody_uses() -> None:
    """Concatenate makes a mask of ones, which is no operation; nothing here depends on it."""
    tokens = minikeras.Input((4,), dtype="int32")
    embedded = minikeras.layers.Embedding(7, 3, mask_zero=True)(tokens)
    y = minikeras.layers.Concatenate()([embedded, minikeras.layers.ReLU()(embedded)])
    check(minikeras.Model(tokens, y), np.array([[0, 1, 2, 0], [3, 3, 0, 6]], "int32"))


@pytest.mark.parametrize("mask_zero", [False, True])
def test_masks_that_count(mask_zero: bool) -> None:
    tokens = minikeras.Input((4,), dtype="int32")
    embedded = minikeras.layers.Embedding(7, 3, mask_zero=mask_zero)(tokens)
    model = minikeras.Model(tokens, minikeras.layers.GlobalAveragePooling1D()(embedded))
    check(model, np.array([[0, 1, 2, 0], [3, 3, 0, 6]], "int32"))


def test_unknown_sizes() -> None:
    """Of axes other than the batch: exported where nothing depends on the size, else refused."""
    layers = minikeras.layers
    stack = [
        layers.Dense(4),
        layers.GroupNormalization(2),
        layers.ZeroPadding1D(),
        layers.Flatten(),
    ]
    inputs = minikeras.Input((None, 3))
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
    check(minikeras.Sequential([inputs, *stack]), x)
    for layer in (
        layers.Conv1D(2, 3, padding="same"),
        layers.DepthwiseConv1D(2),
        layers.MaxPooling1D(padding="same"),
        layers.AveragePooling1D(2),
        layers.Conv1DTranspose(2, 3),
        layers.UpSampling1D(2),
    ):
        model = minikeras.Sequential([minikeras.Input((None, 3)), layer])
        with pytest.raises(ValueError, match="of unknown size"):
            to_onnx(model)
        signature = [minikeras.InputSpec(shape=(None, 7, 3))]
        (y,) = evaluate(to_onnx(model, signature), x)
        assert_close(y, model(x), layer.name, scale=8)


def test_mixed_precision() -> None:
    layers, policy = minikeras.layers, "mixed_float16"
    stack = [layers.Conv2D(4, 3, dtype=policy), layers.BatchNormalization(dtype=policy)]
    model = minikeras.Sequential([minikeras.Input((6, 6, 3)), *stack, layers.Flatten()])
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    (y,) = evaluate(to_onnx(model), x)
    assert y.dtype == np.asarray(model(x)).dtype
    np.testing.assert_allclose(y, model(x), rtol=1e-2, atol=1e-2)  # float16 has 11 bits


def test_what_cannot_be_exported_is_named(tmp_path: Path) -> None:
    """The file that was there stays, and nothing else is left."""
    path = tmp_path / "model.onnx"
    path.write_text("before")
    x = minikeras.Input((3, 3))
    for y, message in (
        (minikeras.ops.cholesky(x), "'cholesky' cannot be exported: ONNX has no such operation"),
        (minikeras.ops.zeros_like(x) + x, "made by a function that is no operation"),
        (x[:, np.array([0, 2])], "indexing with arrays cannot be exported"),
    ):
        with pytest.raises(ValueError, match=message):
            minikeras.Model(x, y).export(path, format="onnx")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["model.onnx"]


def test_wrong_arguments(tmp_path: Path) -> None:
    def use(library: Any) -> None:
        small(library).export(tmp_path / "x", format="text")

    raises_alike(use, "Unrecognized format=text. Supported formats are: ")
    with pytest.raises(ValueError, match="opset"):
        small().export(tmp_path / "x", format="tf_saved_model", opset=3)


def test_saved_model(tmp_path: Path, capsys: Any) -> None:
    """TensorFlow's loader gives the bits of Keras; a folder that was there is replaced."""
    model, path = small(), tmp_path / "saved"
    path.mkdir()
    (path / "old").write_text("")
    model.export(path)
    assert "Saved artifact" in capsys.readouterr().out
    loaded = tf.saved_model.load(path)
    theirs = minikeras.to_keras(model)
    np.testing.assert_array_equal(loaded.serve(X), theirs(X))
    assert_close(loaded.serve(X), model(X), "output")
    assert os.listdir(tmp_path) == ["saved"]
    assert not (path / "old").exists()
    layer = keras.layers.TFSMLayer(os.fspath(path), call_endpoint="serve")
    np.testing.assert_array_equal(layer(X), theirs(X))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "saved").write_text("")
    with pytest.raises(ValueError, match="must be a folder"):
        small().export(tmp_path / "saved")
