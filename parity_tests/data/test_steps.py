"""Windows, groups, generators and files give the elements of ``tf.data`` in the same order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import minikeras
from minikeras.data import Dataset
from minikeras.parity import stand_in
from parity_tests.data.test_dataset import X, compare, process_seed

OURS = stand_in._tensorflow()
Chain = Callable[[Any], Any]  # of `tensorflow` or what stands in for it


def growing() -> Any:
    for i in range(5):
        yield np.arange(i + 1), float(i)


def parts(i: int) -> Any:
    return {"a": i, "b": [str(i)]}


PAIRS = (X, np.arange(12))
CHOICES = np.array([0, 1, 1, 0, 0, 0, 1], "int64")

CHAINS: dict[str, Chain] = {
    "window": lambda tf: (
        tf.data.Dataset.range(10).window(4, shift=2).flat_map(lambda w: w.batch(4))
    ),
    "window with a stride": lambda tf: (
        tf.data.Dataset.range(10)
        .window(4, shift=1, stride=2, drop_remainder=True)
        .flat_map(lambda w: w.batch(4))
    ),
    "window with a gap": lambda tf: (
        tf.data.Dataset.range(10).window(2, shift=5).flat_map(lambda w: w)
    ),
    "window of pairs": lambda tf: (
        tf.data.Dataset.from_tensor_slices(PAIRS)
        .window(3, 1, drop_remainder=True)
        .flat_map(lambda a, b: tf.data.Dataset.zip((a.batch(3), b.batch(3))))
    ),
    "generator with a signature": lambda tf: tf.data.Dataset.from_generator(
        growing,
        output_signature=(tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.float32)),
    ),
    "generator with types": lambda tf: tf.data.Dataset.from_generator(
        growing, (tf.int32, tf.float64), ((None,), ())
    ),
    "generator of dicts": lambda tf: tf.data.Dataset.from_generator(
        lambda: map(parts, range(3)),
        output_signature={"a": tf.TensorSpec((), tf.int32), "b": tf.TensorSpec((1,), tf.string)},
    ),
    "generator with arguments": lambda tf: tf.data.Dataset.from_generator(
        range, tf.int64, args=(4,)
    ),
    "padded batch": lambda tf: tf.data.Dataset.from_generator(
        growing, (tf.int32, tf.float32), ((None,), ())
    ).padded_batch(2),
    "padded batch of a shape": lambda tf: tf.data.Dataset.from_generator(
        growing, (tf.int32, tf.float32), ((None,), ())
    ).padded_batch(3, padded_shapes=([7], []), padding_values=(-1, 0.0)),
    "padded batch without a rest": lambda tf: tf.data.Dataset.from_generator(
        lambda: map(np.arange, range(1, 6)), tf.int32, (None,)
    ).padded_batch(2, padded_shapes=[None], drop_remainder=True),
    "buckets": lambda tf: tf.data.Dataset.from_generator(
        lambda: (np.arange(i % 5 + 1) for i in range(11)), tf.int32, (None,)
    ).bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3, 5], [2, 3, 2]),
    "groups": lambda tf: tf.data.Dataset.range(11).group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(2), window_size=4
    ),
    "flat_map": lambda tf: tf.data.Dataset.range(5).flat_map(lambda i: tf.data.Dataset.range(i)),
    "interleave": lambda tf: tf.data.Dataset.range(5).interleave(
        lambda i: tf.data.Dataset.from_tensors(i).repeat(3), cycle_length=2, block_length=2
    ),
    "interleave of different lengths": lambda tf: tf.data.Dataset.range(7).interleave(
        lambda i: tf.data.Dataset.range(i), cycle_length=3
    ),
    "scan": lambda tf: tf.data.Dataset.range(5).scan(np.int64(0), lambda s, e: (s + e, s * e)),
    "unique": lambda tf: tf.data.Dataset.from_tensor_slices(["a", "b", "a"]).unique(),
    "take_while": lambda tf: tf.data.Dataset.range(10).take_while(lambda x: x < 4),
    "random": lambda tf: tf.data.Dataset.random(seed=4).take(5),
    "random without a seed": lambda tf: tf.data.Dataset.random().take(5),
    "choose": lambda tf: tf.data.Dataset.choose_from_datasets(
        [tf.data.Dataset.range(3), tf.data.Dataset.range(10, 20)],
        tf.data.Dataset.from_tensor_slices(CHOICES),
    ),
    "choose beyond the end of one": lambda tf: tf.data.Dataset.choose_from_datasets(
        [tf.data.Dataset.range(3), tf.data.Dataset.range(10, 20)],
        tf.data.Dataset.range(2).repeat(5),
        stop_on_empty_dataset=False,
    ),
    "sample": lambda tf: tf.data.Dataset.sample_from_datasets(
        [tf.data.Dataset.range(30), tf.data.Dataset.range(100, 130)], seed=2
    ),
    "sample with weights": lambda tf: tf.data.Dataset.sample_from_datasets(
        [tf.data.Dataset.range(3).repeat(), tf.data.Dataset.range(9)], [0.9, 0.1]
    ).take(20),
    "zip of a nest": lambda tf: tf.data.Dataset.zip(
        {"a": tf.data.Dataset.range(3), "b": (tf.data.Dataset.range(4), tf.data.Dataset.range(5))}
    ),
    "rebatch": lambda tf: tf.data.Dataset.range(7).batch(2).rebatch(3),
    "counter": lambda tf: tf.data.Dataset.counter(start=2, step=3).take(4),
    "apply": lambda tf: tf.data.Dataset.range(7).apply(lambda ds: ds.batch(2)),
    "with options": lambda tf: tf.data.Dataset.range(7).with_options(tf.data.Options()),
    "numbers that are divided": lambda tf: (
        tf.data.Dataset.from_tensor_slices(np.arange(200, dtype="float32").reshape(50, 4))
        .batch(8)
        .map(lambda x: ((x / 255.0 - 0.5) / 0.3, x / 7.0))
    ),
    "random numbers in functions": lambda tf: tf.data.Dataset.range(3).map(
        lambda x: (tf.random.uniform([]), tf.random.normal([2]), tf.random.uniform([], seed=3))
    ),
    "shuffle without a seed": lambda tf: tf.data.Dataset.range(20).shuffle(20).batch(3).repeat(2),
    "two shuffles": lambda tf: tf.data.Dataset.range(12).shuffle(5, seed=1).shuffle(7).repeat(3),
    "two shuffles without end": lambda tf: (
        tf.data.Dataset.range(12).shuffle(12).shuffle(4, seed=2).repeat().take(40)
    ),
    "two shuffles and batches": lambda tf: (
        tf.data.Dataset.range(12).shuffle(5, seed=1).shuffle(7, seed=2).batch(4).repeat(3)
    ),
    "three shuffles": lambda tf: (
        tf.data.Dataset.range(12).shuffle(5).shuffle(7, seed=2).shuffle(3, seed=5).repeat(2)
    ),
    "shuffle and repeat, twice": lambda tf: (
        tf.data.Dataset.range(12).shuffle(5, seed=1).repeat(2).shuffle(7, seed=2).repeat(2)
    ),
    "cache, shuffle, repeat": lambda tf: (
        tf.data.Dataset.range(12).cache().shuffle(5).batch(3).prefetch(1).repeat(2)
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_the_same_elements(name: str) -> None:
    """In two passes, after the same seed of the process."""
    with process_seed(7):
        compare(*(CHAINS[name](module) for module in (OURS, tf)))


def test_lines_of_files(tmp_path: Path) -> None:
    for i in range(4):
        (tmp_path / f"{i}.txt").write_bytes(b"head %d\nline\r\n\nend %d" % (i, i))

    def lines(tf: Any) -> Any:
        files = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), seed=3)
        dataset = files.interleave(lambda p: tf.data.TextLineDataset(p).skip(1), cycle_length=2)
        return dataset.filter(lambda line: tf.strings.length(line) > 0)

    with process_seed(7):
        compare(lines(OURS), lines(tf))
        patterns = [str(tmp_path / "1*"), str(tmp_path / "0*")]
        compare(*(module.data.Dataset.list_files(patterns, shuffle=False) for module in (OURS, tf)))


def test_results_of_whole_data_sets() -> None:
    for module in (tf, OURS):
        dataset = module.data.Dataset.range(5)
        total = dataset.reduce((np.int64(0), 0.0), lambda s, x: (s[0] + x, s[1] + 1.0))
        assert [part.numpy() for part in total] == [10, 5.0]
        assert dataset.batch(5).get_single_element().numpy().tolist() == [0, 1, 2, 3, 4]


def test_element_spec_draws_nothing() -> None:
    def chain(tf: Any) -> Any:
        slices = tf.data.Dataset.from_tensor_slices((X, ["a"] * 12)).shuffle(12, seed=1)
        return slices.map(lambda x, s: {"x": x * 2, "s": (s, x)}).batch(5)

    with process_seed(7):
        ours, theirs = chain(OURS), chain(tf)
        assert str(ours.element_spec) == str(theirs.element_spec)
        generator = minikeras.random.SeedGenerator(3)
        random = ours.map(lambda e: minikeras.random.uniform((2,), seed=generator))
        assert str(random.element_spec) and generator.state.numpy().tolist() == [3, 0]
        assert str(ours.unbatch().element_spec) == str(theirs.unbatch().element_spec)
        compare(ours, theirs)


RANGE = Dataset.range(4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: RANGE.window(0), ValueError, "size=0; expected at least 1"),
        (lambda: RANGE.flat_map(3), TypeError, "map_func=3"),
        (lambda: [*RANGE.flat_map(lambda x: x)], TypeError, "expected a data set"),
        (
            lambda: [*RANGE.batch(3).padded_batch(2, [2])],
            ValueError,
            r"padded_shapes=\(2,\); an element of the batch has the shape \(3,\)",
        ),
        (lambda: RANGE.group_by_window(int, int), ValueError, "expected exactly one of them"),
        (lambda: RANGE.bucket_by_sequence_length(int, [1], [1]), ValueError, "expected 2"),
        (lambda: RANGE.ragged_batch(2), NotImplementedError, "use padded_batch"),
        (lambda: RANGE.get_single_element(), ValueError, "more than one element"),
        (lambda: Dataset.range(0).element_spec, ValueError, "no element"),
        (lambda: Dataset.from_generator(3), TypeError, "generator=3"),
        (lambda: Dataset.from_generator(growing), ValueError, "output_signature=None"),
        (
            lambda: [*Dataset.from_generator(growing, ("int32",))],
            TypeError,
            r"yielded .*; expected 1 parts",
        ),
        (
            lambda: [*Dataset.from_generator(lambda: ["x"], "int32")],
            TypeError,
            "yielded 'x'; expected int32",
        ),
        (lambda: Dataset.list_files("/not/there/*"), ValueError, "no file matches"),
        (lambda: Dataset.choose_from_datasets([1], RANGE), TypeError, r"datasets=\[1\]"),
        (lambda: Dataset.sample_from_datasets([RANGE], [1, 2]), ValueError, "expected 1 numbers"),
        (lambda: OURS.data.TextLineDataset("x", "GZIP"), NotImplementedError, "GZIP"),
    ],
)
def test_bad_input(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
