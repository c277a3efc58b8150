"""The batches that data gives, epoch by epoch, compared with Keras's own iterator."""

import warnings

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.trainers.data_adapters.array_slicing import (
    train_validation_split as keras_train_validation_split,
)
from keras.src.trainers.data_adapters.data_adapter_utils import (
    class_weight_to_sample_weights as keras_class_weight_to_sample_weights,
)

from minikeras.training import adapters
from minikeras.training.adapters import py_dataset
from minikeras.training.epoch_iterator import EpochIterator

kinds = st.sampled_from(["float32", "float64", "float16", "int32", "int64", "uint8", "bool"])


@st.composite
def arrays(draw, samples):
    shape = (samples, *draw(st.lists(st.integers(1, 3), max_size=2)))
    values = np.random.default_rng(draw(st.integers(0, 9))).uniform(0, 9, shape)
    kind = draw(kinds)
    array = values > 4 if kind == "bool" else values.astype(kind)
    return array


@st.composite
def structures(draw, samples):
    """An array, or a nested structure of arrays."""
    leaf = arrays(samples)
    form = draw(st.sampled_from(["array", "list", "tuple", "dict", "nest"]))
    if form == "array":
        return draw(leaf)
    if form == "dict":
        return {"b": draw(leaf), "a": draw(leaf)}
    if form == "nest":
        return {"a": [draw(leaf), draw(leaf)], "b": (draw(leaf),)}
    leaves = draw(st.lists(leaf, min_size=1, max_size=2))
    return leaves if form == "list" else tuple(leaves)


def plain(batch):
    """Arrays as bytes: equal means equal in value, shape and dtype."""
    return repr(
        tf.nest.map_structure(
            lambda a: (
                None
                if isinstance(a, tf.experimental.Optional)
                else (np.asarray(a).dtype.name, np.asarray(a).shape, np.asarray(a).tolist())
            ),
            batch,
        )
    )


def played(make, epochs, stride, convert=lambda data: data):
    """All batches of several epochs, the announced number of batches, and the warnings."""
    seen = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        iterator = make()
        iterator.reset()
        seen.append(iterator.num_batches)
        for _ in range(epochs):
            with iterator.catch_stop_iteration():
                for begin, end, batches in iterator:
                    seen.append((begin, end))
                    try:
                        seen.append(plain(next(batches)))
                    except tf.errors.OutOfRangeError:
                        raise StopIteration from None
                    for _, batch in zip(range(stride - 1), batches):
                        seen.append(plain(batch))
            seen.append(iterator.num_batches)
    return seen, sorted(w.category.__name__ for w in caught)


def check(data, epochs, stride=1, **options):
    """``data`` is a function, because an iterator can be used once only."""

    def theirs():
        return TFEpochIterator(
            tf.distribute.get_strategy(), *data(keras), steps_per_execution=stride, **options
        )

    def ours():
        return EpochIterator(*data(None), steps_per_execution=stride, **options)

    assert played(ours, epochs, stride) == played(theirs, epochs, stride)


steps = st.one_of(st.none(), st.integers(1, 7))


@given(st.data(), st.integers(1, 7), st.integers(1, 3), st.integers(1, 3), steps)
def test_arrays(data, samples, epochs, stride, steps_per_epoch):
    parts = [data.draw(structures(samples)) for _ in range(data.draw(st.integers(1, 2)))]
    weights = [np.arange(samples)] if len(parts) == 2 and data.draw(st.booleans()) else []
    check(
        lambda _: (*parts, *weights),
        epochs,
        stride,
        batch_size=data.draw(st.sampled_from([None, 1, 2, 3, 8])),
        steps_per_epoch=steps_per_epoch,
    )


@given(st.data(), st.integers(1, 7), st.booleans())
def test_arrays_with_class_weight(data, samples, one_hot):
    labels = np.array(data.draw(st.lists(st.integers(0, 3), min_size=samples, max_size=samples)))
    y = np.eye(4)[labels] if one_hot else labels[:, None] if data.draw(st.booleans()) else labels
    weights = data.draw(st.dictionaries(st.integers(0, 3), st.floats(0, 9)))
    ours = adapters.class_weight_to_sample_weights(y, weights)
    theirs = keras_class_weight_to_sample_weights(y, weights)
    np.testing.assert_array_equal(ours, theirs, strict=True)
    check(lambda _: (np.arange(samples), y), 1, batch_size=2, class_weight=weights)


@pytest.mark.parametrize(
    "frame",
    [
        pd.Series([1.0, 2.0, 3.0]),
        pd.Series([1, 2, 3]),
        pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1, 2, 3]}),
        pd.DataFrame({"a": np.float32([1, 2, 3]), "b": [1, 2, 3]}),
        pd.DataFrame({"a": [1, 2, 3], "b": [True, False, True]}, dtype="int8"),
    ],
)
def test_pandas(frame):
    check(lambda _: (frame, frame), 1, batch_size=2)


def test_tensors_of_tensorflow():
    check(lambda _: (tf.reshape(tf.range(8.0), (4, 2)), tf.range(4)), 2, batch_size=3)


@given(st.data(), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), steps)
def test_generators(data, batches, epochs, stride, steps_per_epoch):
    def make(_):
        return ((np.full((2, 3), k), np.full((2,), float(k))) for k in range(batches)), None

    check(make, epochs, stride, steps_per_epoch=steps_per_epoch, shuffle=data.draw(st.booleans()))


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 2), steps, st.booleans())
def test_tf_datasets(batches, epochs, stride, steps_per_epoch, known):
    x = np.arange(batches * 2.0)
    data = tf.data.Dataset.from_tensor_slices((x, {"a": x > 1})).batch(2)
    data = data if known else data.filter(lambda *_: True)
    check(lambda _: (data,), epochs, stride, steps_per_epoch=steps_per_epoch)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_tf_datasets_with_class_weight(labels):
    data = tf.data.Dataset.from_tensor_slices((np.arange(len(labels)), labels)).batch(2)
    check(lambda _: (data,), 1, class_weight={0: 0.5, 2: 3.0})


def numbers(base):
    class Numbers(base):
        def __init__(self, count, form, log, **options):
            super().__init__(**options)
            self.count, self.form, self.log = count, form, log

        def __getitem__(self, index):
            return self.form(np.full((2, 1), float(index)), np.array([index, index + 1]))

        @property
        def num_batches(self):
            return self.count

        def on_epoch_begin(self):
            self.log.append("begin")

        def on_epoch_end(self):
            self.log.append("end")

    return Numbers


@given(
    count=st.one_of(st.none(), st.integers(1, 5)),
    form=st.sampled_from([lambda x, y: (x, y), lambda x, y: [x, y], lambda x, y: {"x": x, "y": y}]),
    options=st.fixed_dictionaries(
        {}, optional={"workers": st.integers(0, 3), "max_queue_size": st.integers(1, 3)}
    ),
    epochs=st.integers(1, 3),
    stride=st.integers(1, 2),
    steps_per_epoch=st.integers(1, 7),
    limited=st.booleans(),
)
def test_py_datasets(count, form, options, epochs, stride, steps_per_epoch, limited):
    if count is None or limited:
        options |= {"workers": 1}  # Keras's threads lose batches where an epoch ends early
    else:
        steps_per_epoch = None
    logs = [], []

    def make(library):
        base, log = (keras.utils.PyDataset, logs[0]) if library else (py_dataset.PyDataset, logs[1])
        return (numbers(base)(count, form, log, **options),)

    check(make, epochs, stride, steps_per_epoch=steps_per_epoch)
    assert logs[0] == logs[1]


@given(st.integers(1, 9), st.integers(1, 3), st.integers(0, 99), st.integers(1, 2))
def test_py_datasets_are_shuffled_by_pythons_random(count, epochs, seed, workers):
    def make(library):
        keras.utils.set_random_seed(seed)
        base = keras.utils.PyDataset if library else py_dataset.PyDataset
        return (numbers(base)(count, lambda x, y: (x, y), [], workers=workers),)

    check(make, epochs, shuffle=True)


def test_py_dataset_in_the_main_thread():
    class Batches(py_dataset.PyDataset):
        def __init__(self):
            pass

        def __len__(self):
            return 3

        def __getitem__(self, index):
            return index

    with pytest.warns(UserWarning, match="super"):
        assert Batches().workers == 1
    assert [*Batches()] == [0, 1, 2]
    with pytest.raises(NotImplementedError, match="num_batches"):
        _ = py_dataset.PyDataset().num_batches


def test_an_error_in_a_worker_reaches_the_loop():
    class Broken(py_dataset.PyDataset):
        def __len__(self):
            return 9

        def __getitem__(self, index):
            if index == 3:
                raise RuntimeError("batch 3")
            return (np.zeros((1, 1)),)

    batches = adapters.get_data_adapter(Broken(workers=2)).batches()
    for _ in range(3):
        next(batches)
    with pytest.raises(RuntimeError, match="batch 3"):
        next(batches)


@given(st.data(), st.integers(1, 9), st.floats(0.05, 0.95))
def test_train_validation_split(data, samples, fraction):
    parts = (data.draw(structures(samples)), data.draw(structures(samples)), None)
    try:
        theirs = keras_train_validation_split(parts, fraction)
    except ValueError:
        with pytest.raises(ValueError, match="validation_split"):
            adapters.train_validation_split(parts, fraction)
        return
    assert plain(adapters.train_validation_split(parts, fraction)) == plain(theirs)


x, y = np.ones((5, 3)), np.ones((5, 1))


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "named"),
    [
        ((None,), {}, KeyError, "x"),
        ((np.float32(1),), {}, IndexError, "x"),
        ((x, y[:3]), {}, ValueError, "ambiguous"),
        (([[1.0, 2.0]],), {}, ValueError, "x="),
        (("text",), {}, ValueError, "x="),
        ((3,), {}, ValueError, "x="),
        ((np.array(["a"]),), {}, ValueError, "dtype"),
        ((x.astype(object),), {}, ValueError, "dtype"),
        ((x, y), {"batch_size": -1}, ValueError, "batch_size"),
        ((x, y), {"batch_size": "a"}, TypeError, "batch_size"),
        ((x, y), {"batch_size": 1.5}, TypeError, "batch_size"),
        ((x, y), {"steps_per_epoch": -1}, ValueError, "steps_per_epoch"),
        ((x, y, y), {"class_weight": {0: 1.0}}, ValueError, "class_weight"),
        ((x, [y, y]), {"class_weight": {0: 1.0}}, ValueError, "class_weight"),
        ((x, [y, y], [y]), {}, ValueError, "sample_weight"),
        ((x, [y, y], np.ones((5, 2))), {}, ValueError, "sample_weight"),
        (lambda: ((b for b in []),), {}, ValueError, "generator"),
        (lambda: ((b for b in [[x, y]]),), {}, ValueError, "generator"),
        (lambda: ((b for b in [(1.0, 2.0)]),), {}, ValueError, "rank"),
        (lambda: ((b for b in [(x, y)]), y), {}, ValueError, "y"),
        (lambda: ((b for b in [(x, y)]), None, y), {}, ValueError, "sample_weight"),
        (lambda: ((b for b in [(x, y)]),), {"class_weight": {0: 1.0}}, ValueError, "class_weight"),
        (lambda: (tf.data.Dataset.from_tensors(x), y), {}, ValueError, "y"),
    ],
)
def test_misuse(arguments, options, kind, named):
    make = arguments if callable(arguments) else lambda: arguments
    with pytest.raises(kind):
        played(lambda: TFEpochIterator(tf.distribute.get_strategy(), *make(), **options), 1, 1)
    with pytest.raises(kind, match=named):
        played(lambda: EpochIterator(*make(), **options), 1, 1)


@pytest.mark.parametrize("batch", [3, (x,), (x, y), [x, y], (x, y, y), {"a": x}])
def test_packing(batch):
    ours = adapters.unpack_x_y_sample_weight(batch)
    theirs = keras.utils.unpack_x_y_sample_weight(batch)
    assert plain(ours) == plain(theirs)
    assert plain(adapters.pack_x_y_sample_weight(*ours)) == plain(
        keras.utils.pack_x_y_sample_weight(*theirs)
    )
    for unpack in adapters.unpack_x_y_sample_weight, keras.utils.unpack_x_y_sample_weight:
        with pytest.raises(ValueError, match="sample_weight"):
            unpack((x, x, x, x))


class TorchLike:
    """A tensor that, like torch's, needs detach() and cpu() before NumPy can read it."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    def cpu(self):
        return self.array


def test_any_iterable_of_batches():
    class Loader:
        def __iter__(self):
            return iter([[TorchLike(x), y], [x, y]])

        def __len__(self):
            return 2

    adapter = adapters.get_data_adapter(Loader())
    assert adapter.num_batches == 2
    for _ in range(2):
        assert [plain(b) for b in adapter.batches()] == [plain((x, y))] * 2
    assert adapters.get_data_adapter(iter([(x, y)])).num_batches is None
