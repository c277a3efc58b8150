"""Bad input of each part: an error of Keras's type that says what is wrong; nothing is changed."""

from __future__ import annotations

import copy
import random
import warnings
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.conformance import note_misuse
from parity_tests.misuse.outcome import DUMP, INTERNALS, TENSORFLOW
from parity_tests.misuse.parts import image_layers, tables
from parity_tests.misuse.parts.rows import Using
from parity_tests.misuse.parts.tables import EVERY, error_of, expected, message

LONGEST = 600  # characters of a message that is read
pytestmark = pytest.mark.filterwarnings("ignore")


def check_words(error: Exception, words: str) -> None:
    text = message(error)
    missing = [word for word in words.split(" | ") if word not in text]
    assert not missing, f"{missing} not in {text!r}"
    assert len(text) <= LONGEST, f"{len(text)} characters"
    assert not DUMP.search(text) and not INTERNALS.search(text), text


@pytest.mark.parametrize("name", EVERY)
def test_misuse(name: str) -> None:
    ours = error_of("minikeras", name)
    assert ours is not None, f"accepted; Keras: {error_of('keras', name)!r}"
    assert type(ours) is expected(name), f"{ours!r}, Keras {error_of('keras', name)!r}"
    check_words(ours, EVERY[name].words)
    assert tables.WRITTEN not in message(ours)
    note_misuse(EVERY[name].call)


@pytest.mark.parametrize("name", [n for n, row in EVERY.items() if isinstance(row.call, Using)])
def test_the_object_is_unchanged(name: str) -> None:
    """After the error it has the state that it had, and gives what a new one gives."""
    call: Any = EVERY[name].call
    thing = call.make(minikeras)
    before = state(thing)
    with pytest.raises(Exception):  # noqa: B017  # its type is compared above
        call.wrong(thing)
    assert state(thing) == before
    equal(call.sound(thing), call.sound(call.make(minikeras)))


def state(thing: Any) -> Any:
    """What a layer has learned and what it was made of."""
    layers = getattr(thing, "preprocessors", None) or {"": thing}
    return [
        (
            {k: v for k, v in x.get_config().items() if k != "name"},
            [np.asarray(v).tobytes() for v in x.variables],
            x.get_vocabulary() if hasattr(x, "get_vocabulary") else None,
        )
        for x in layers.values()
    ]


def equal(ours: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert ours.keys() == expected.keys()
        for key in expected:
            equal(ours[key], expected[key])
    else:
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(expected))


# Every image layer with every kind of bad data


@pytest.mark.parametrize("name", image_layers.public())
def test_image_layer_misuse(name: str) -> None:
    options = image_layers.options_of(name)
    layer = getattr(minikeras.layers, name)(**options)
    theirs_layer = getattr(keras.layers, name)(**options)
    before = [np.asarray(v).tobytes() for v in layer.variables]
    for key in image_layers.kinds_of(name):
        kind = image_layers.KINDS[key]
        theirs, ours = raised(theirs_layer, kind.data), raised(layer, kind.data)
        assert ours is not None, f"{key}: accepted; Keras: {theirs!r}"
        assert type(ours) is kind.error, f"{key}: {ours!r}"
        usual = TENSORFLOW.get(type(theirs), (type(theirs), ""))[0]
        found = "none" if theirs is None else type(theirs).__name__
        assert usual is kind.error or found in kind.accidents, f"{key}: Keras {theirs!r}"
        if kind.words:
            check_words(ours, kind.words)
        assert [np.asarray(v).tobytes() for v in layer.variables] == before, key
    results = []
    for each in (layer, getattr(minikeras.layers, name)(**options)):
        random.seed(1)  # from which AugMix draws
        results.append(each(image_layers.IMAGES, training=True))
    equal(*results)


def raised(layer: Any, data: Any) -> Exception | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer(copy.deepcopy(data), training=True)  # layers of Keras change it
        except Exception as error:  # any type: it is compared with Keras's
            return error
    return None


def test_the_tables_are_large() -> None:
    assert len(EVERY) >= 600
    assert len(image_layers.public()) >= 31


def test_page() -> None:
    made = "run python -m parity_tests.misuse.parts.tables"
    assert tables.PAGE.read_text() == tables.page(), made
