"""``TensorBoard`` writes what Keras's writes, as TensorBoard's own reader reads it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.histogram import summary_v2
from tensorboard.util import tensor_util

import minikeras
from minikeras.callbacks import event_files
from parity_tests.drawing import few, numbers, ranks

RNG = np.random.default_rng(5)
IMAGES = RNG.normal(size=(10, 4, 4, 1)).astype("float32")
Y = RNG.normal(size=(10, 1)).astype("float32")


def convolution(library: Any) -> Any:
    layers = library.layers
    return library.Sequential(
        [
            layers.Input((4, 4, 1)),
            layers.Conv2D(2, 2, name="conv"),
            layers.Flatten(),
            layers.Dense(3, name="wide"),
            layers.Dense(1, use_bias=False, name="last"),
        ],
        name="net",
    )


def embedding(library: Any) -> Any:
    inputs = library.Input((3,), dtype="int32", name="words")
    x = library.layers.Embedding(5, 2, name="embedding")(inputs)
    x = library.layers.Dense(1, name="last")(library.layers.Flatten(name="flat")(x))
    return library.Model(inputs, x, name="net")


def order(path: Path) -> Any:
    """By folder, then in the order in which they were made."""
    *_, process, number, version = path.name.split(".")
    assert process.isdigit() and version == "v2"
    return path.parent, int(number)


def events(folder: Path) -> list[Any]:
    """All that is in the event files, one entry for each value, in order."""
    found = []
    for path in sorted(folder.rglob("*tfevents*"), key=order):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                plugin = value.metadata.plugin_data
                content: Any = tensor_util.make_ndarray(value.tensor)
                if plugin.plugin_name == "images":
                    width, height, *images = content.tolist()
                    content = [width, height, *(tf.io.decode_png(i).numpy() for i in images)]
                elif value.tag == "keras":
                    content = json.loads(content.item())
                elif "per_second" in value.tag:
                    assert content > 0
                    content = content.dtype
                details = plugin.plugin_name, plugin.content, value.tensor.dtype
                found.append([path.parent.name, event.step, value.tag, *details, content])
    return found


CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "weights": (convolution, {"histogram_freq": 2, "write_images": True}),
    "batches": (
        convolution,
        {"update_freq": "batch", "write_steps_per_second": True, "write_graph": False},
    ),
    "some batches": (convolution, {"histogram_freq": 1, "update_freq": 2}),
    "embeddings": (embedding, {"embeddings_freq": 1, "embeddings_metadata": "m"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_events_of_keras(tmp_path: Path, case: str) -> None:
    make, config = CASES[case]
    x = IMAGES if make is convolution else RNG.integers(0, 5, (10, 3))
    files = []
    for library in (minikeras, keras):
        folder = tmp_path / library.__name__
        library.utils.clear_session()
        library.utils.set_random_seed(2)
        model = make(library)
        model.compile("adam", "mse", metrics=["mae"])
        board = library.callbacks.TensorBoard(folder, **config)
        data = {"batch_size": 4, "verbose": 0}
        model.fit(x, Y, epochs=3, validation_data=(x, Y), callbacks=[board], **data)
        model.evaluate(x, Y, callbacks=[board], **data)
        del model, board  # Keras hands the last events over when they are collected
        files.append(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))
    ours, theirs = (events(tmp_path / library.__name__) for library in (minikeras, keras))
    np.testing.assert_equal(ours, theirs)
    assert len(ours) > 10
    kept = [[name for name in names if "tfevents" not in name] for names in files]
    assert kept[0] == kept[1] and len(files[0]) == len(files[1])
    for name in kept[0]:
        if name.endswith(".pbtxt"):
            ours, theirs = ((tmp_path / k / name).read_text() for k in ("minikeras", "keras"))
            assert ours == theirs


@given(numbers(ranks(0, 3), st.sampled_from(["float32", "float64", "int32"])))
@few
def test_histogram(values: Any) -> None:
    expected = summary_v2._buckets(tf.constant(values)).numpy()
    np.testing.assert_array_equal(event_files.histogram(values), expected)


@pytest.mark.parametrize("values", [[], [np.nan, 1.0], [1e300, -1e300], [np.inf, 0.0], [2.0] * 5])
def test_histogram_of_few(values: Any) -> None:
    expected = summary_v2._buckets(tf.constant(np.float64(values))).numpy()
    np.testing.assert_array_equal(event_files.histogram(np.float64(values)), expected)


@given(st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 4])), st.data())
@few
def test_png(shape: Any, data: Any) -> None:
    image = data.draw(numbers(shape))
    expected = tf.image.convert_image_dtype(image, tf.uint8, saturate=True).numpy()
    np.testing.assert_array_equal(tf.io.decode_png(event_files.png(image)).numpy(), expected)


def test_tensorflow_is_not_needed(tmp_path: Path) -> None:
    code = f"""if True:
        import sys
        import minikeras as keras
        import numpy as np
        model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        assert "tensorboard" not in sys.modules
        board = keras.callbacks.TensorBoard({str(tmp_path)!r}, 1, write_images=True)
        model.fit(np.ones((4, 2)), np.ones((4, 1)), callbacks=[board], verbose=0)
        assert "tensorboard" in sys.modules and "tensorflow" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {e[2] for e in events(tmp_path)} >= {"epoch_loss", "epoch_learning_rate", "keras"}


def test_misuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="profile_batch must be 0, received 5"):
        minikeras.callbacks.TensorBoard(tmp_path, profile_batch=5)
    for library in (minikeras, keras):
        names = {"lost": "x"}
        board = library.callbacks.TensorBoard(
            tmp_path, embeddings_freq=1, embeddings_metadata=names
        )
        with pytest.raises(ValueError, match="lost"):
            board.set_model(embedding(library))
    board = minikeras.callbacks.TensorBoard(tmp_path)
    board.set_model(convolution(minikeras))
    assert copy.deepcopy(board)._files == {} != board._files
    with pytest.raises(ValueError, match="shape"):
        board.on_epoch_end(0, {"counts": np.zeros(2)})
    board.on_train_end()
