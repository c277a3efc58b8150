"""Mutations of sound files, and a run over many of them that survives crashes.

python -m parity_tests.saving.fuzz 1000000        # inputs 0 to 999999
python -m parity_tests.saving.fuzz 1 --first 4711  # one of them again
"""

from __future__ import annotations

import argparse
import collections
import copy
import functools
import io
import json
import os
import random
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

import minikeras as keras
from parity_tests.saving.building_blocks import (
    CONFIG,
    WEIGHTS,
    functional,
    parts,
    sequential,
    zipped,
)

DOCUMENTED = (ValueError, TypeError, NotImplementedError)  # LoadError is a ValueError
SECONDS = 20  # for one input, on a machine that does other things as well
_BATCH = 250  # inputs for each process


def images() -> Any:
    """One layer of many families."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Conv2D(4, 3, padding="same", kernel_regularizer="l2", groups=2),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.1),
            layers.DepthwiseConv2D(3, depth_multiplier=2),
            layers.SeparableConv2D(3, 2),
            layers.GroupNormalization(3),
            layers.Conv2DTranspose(2, 2, strides=2),
            layers.ZeroPadding2D(1),
            layers.Cropping2D(1),
            layers.UpSampling2D(2),
            layers.MaxPooling2D(2),
            layers.AveragePooling2D(2),
            layers.SpatialDropout2D(0.1, seed=1),
            layers.GaussianNoise(0.1),
            layers.PReLU(),
            layers.LayerNormalization(),
            layers.Permute((3, 1, 2)),
            layers.Reshape((5, -1)),
            layers.GlobalAveragePooling1D(),
            layers.RepeatVector(2),
            layers.Flatten(),
            layers.Rescaling(0.5),
            layers.Dropout(0.5),
            layers.Dense(2, "softmax", kernel_constraint="max_norm"),
        ]
    )


def words() -> Any:
    """Embeddings, two inputs, two outputs, operations, and a compiled model in a model."""
    layers = keras.layers
    x, y = layers.Input((3,), name="words", dtype="int32"), layers.Input((4,), name="numbers")
    inner = keras.Sequential([layers.Input((4,)), layers.Dense(4, "gelu")], name="inner")
    e = layers.GlobalMaxPooling1D()(layers.Embedding(5, 4, mask_zero=False)(x))
    z = layers.Multiply()([e, inner(y)]) + keras.ops.tanh(y)
    first = layers.Dense(1, name="first")(layers.Concatenate()([z, e]))
    second = layers.Dot(1, name="second")([z, e])
    model = keras.Model({"words": x, "numbers": y}, {"first": first, "second": second})
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(
        keras.optimizers.AdamW(rate, clipnorm=1.0),
        loss={"first": "mse", "second": keras.losses.Huber(2.0)},
        metrics={"first": [keras.metrics.MeanAbsoluteError(), "mse"]},
        loss_weights={"first": 1.0, "second": 0.5},
    )
    return model


MODELS: list[Callable[[], Any]] = [sequential, functional, images, words]

_ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 1.5, -0.0, 1e300, 2**31, 2**63, 10**12, 10**30),
    *("", "x", "relu", "\0", "../x", "/etc/passwd", "http://localhost:9/", "float16", "é" * 200),
    *("channels_first", "same", "Dense", "function", "__lambda__", "__numpy__", "__tensor__"),
    *([], {}, [[]], [None], {"a": 1}, [1] * 50, [2**40, 2**40], [None, None], [-1]),
    *("keras.layers", "keras.ops", "builtins", "os", "int64", "bfloat16", "string", "complex64"),
]
_NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1]


def mutated_bytes(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, removed, repeated or cut off."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        at, length = rng.randrange(len(changed) or 1), rng.choice([1, 2, 4, 8, 64])
        kind = rng.randrange(6)
        if kind == 0:
            changed[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            number = rng.choice(_NUMBERS) % (1 << (8 * min(length, 8)))
            changed[at : at + min(length, 8)] = number.to_bytes(min(length, 8), "little")
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = changed[at : at + length]
        elif kind == 4:
            start = rng.randrange(len(changed) or 1)
            changed[at : at + length] = changed[start : start + length]
        elif rng.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: the container and its key."""
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys if isinstance(value, dict | list) else ():
        found.append((value, key))
        if isinstance(value[key], dict | list):
            _places(value[key], found)
    return found


def mutated_config(config: Any, rng: random.Random) -> Any:
    """Some values replaced, removed, repeated or exchanged."""
    config = copy.deepcopy(config)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        places = _places(config, [])
        if not places:
            break
        holder, key = rng.choice(places)
        kind = rng.randrange(8)
        if kind < 4:
            holder[key] = copy.deepcopy(rng.choice(_ODD))
        elif kind == 4:
            del holder[key]
        elif kind == 5 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            other, there = rng.choice(places)
            holder[key] = copy.deepcopy(other[there])
    return config


@functools.cache
def _sound(number: int) -> dict[str, bytes]:
    make = MODELS[number]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make().save(f"{folder}/x.h5")
        return {**parts(make), "legacy": Path(folder, "x.h5").read_bytes()}


def _zipped(members: dict[str, bytes]) -> bytes:
    return zipped({name: content for name, content in members.items() if name != "legacy"})


def _legacy(data: bytes, kind: int, rng: random.Random) -> bytes:
    """The legacy file with other bytes, another config or other names."""
    if kind == 10:
        return mutated_bytes(data, rng)
    file = io.BytesIO(data)
    with h5py.File(file, "r+") as opened:
        if kind == 11:
            name = rng.choice(["model_config", "model_config", "training_config"])
            if name in opened.attrs:
                config = mutated_config(json.loads(opened.attrs[name]), rng)
                opened.attrs[name] = json.dumps(config)
        else:
            groups = [opened["model_weights"]]
            groups[0].visititems(lambda _, x: groups.append(x) if "weight_names" in x.attrs else 0)
            group = rng.choice(groups)
            key = rng.choice([*group.attrs])
            group.attrs[key] = rng.choice([3, 1.5, "x", [b"a"], [b"x", b"x"], [[1]], b"../x", []])
    return file.getvalue()


def mutant(number: int) -> tuple[str, bytes]:
    """The suffix and the bytes of the input with this number."""
    rng = random.Random(number)
    sound = _sound(rng.randrange(len(MODELS)))
    kind = rng.randrange(13)
    if kind > 9:
        return ".h5", _legacy(sound["legacy"], kind, rng)
    if kind < 5:
        config = mutated_config(json.loads(sound[CONFIG]), rng)
        return ".keras", _zipped({**sound, CONFIG: json.dumps(config).encode()})
    if kind == 5:
        return ".keras", _zipped({**sound, CONFIG: mutated_bytes(sound[CONFIG], rng)})
    if kind == 6:
        return ".keras", mutated_bytes(_zipped(sound), rng)
    if kind == 7:
        return ".keras", _zipped({**sound, WEIGHTS: mutated_bytes(sound[WEIGHTS], rng)})
    return ".weights.h5", mutated_bytes(_sound(0)[WEIGHTS], rng)


def outcome(number: int, folder: Path, target: Any) -> str:
    """What the loader does with the input of this number: "loaded" or the name of the error.

    Raises any error that is not documented.
    """
    suffix, content = mutant(number)
    path = folder / f"mutant{suffix}"
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix != ".weights.h5":
                keras.models.load_model(path)
            else:
                target.load_weights(path)
    except DOCUMENTED as error:
        return type(error).__name__
    return "loaded"


def run(first: int, count: int) -> collections.Counter[str]:
    """The outcomes of inputs ``first``, ``first + 1``, ...

    Each batch is run by a process of its own. An input that crashes it or takes too long is counted
    under the number of its signal; an error that is not documented under its text.
    """
    outcomes: collections.Counter[str] = collections.Counter()
    number, end = first, first + count
    target = sequential()
    for i in range(len(MODELS)):  # before the fork
        _sound(i)
    while number < end:
        read, write = os.pipe()
        with warnings.catch_warnings():  # Python 3.12 warns since other threads run
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os.close(read)
            _run_batch(range(number, min(number + _BATCH, end)), write, target)
        os.close(write)
        with open(read, encoding="utf-8") as lines:
            results = lines.read().splitlines()
        _, status = os.waitpid(child, 0)
        outcomes.update(line.partition(" ")[2] for line in results)
        number += len(results)
        if os.WIFSIGNALED(status):
            outcomes[f"signal {os.WTERMSIG(status)}: input {number}"] += 1
            number += 1
    return outcomes


def _run_batch(numbers: range, write: int, target: Any) -> None:
    """Write a line for each input; never returns."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            signal.alarm(SECONDS)
            try:
                found = outcome(number, Path(folder), target)
            except BaseException as error:
                text = f"{type(error).__name__}: {error}".replace("\n", " ")
                found = f"undocumented: input {number}: {text[:300]}"
            os.write(write, f"{number} {found}\n".encode("utf-8", "replace"))
    os._exit(0)


def main() -> None:
    """Run the inputs and print how often each outcome came."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    outcomes = run(options.first, options.count)
    for text, times in outcomes.most_common():
        print(f"{times:8} {text}")
    sys.exit(any(text.startswith(("undocumented", "signal")) for text in outcomes))


if __name__ == "__main__":
    main()
