"""Calls and outcomes travel between processes unchanged."""

from __future__ import annotations

import io

import numpy as np
import pytest

import minikeras
from minikeras.parity.backends import Backend, Call, Make, Outcome, Raised, evaluate, wire


def travelled(message):
    stream = io.BytesIO()
    wire.send(stream, message)
    stream.seek(0)
    return wire.receive(stream)


def test_a_call_arrives_as_it_was_sent():
    make = Make("layers", "Dense", {"units": 3, "kernel_regularizer": Make("regularizers", "L2")})
    inputs = {"x": np.float32([[1, np.nan]]), "several": [np.arange(3), np.array(True)]}
    call = Call(make, inputs, (np.zeros((2, 3)),), training=True)
    arrived = Call(**travelled(call.as_message()))
    assert arrived.make == make and arrived.training is True
    np.testing.assert_array_equal(arrived.inputs["x"], inputs["x"])
    assert [a.dtype for a in arrived.inputs["several"]] == ["int64", "bool"]
    assert arrived.weights[0].shape == (2, 3)


def test_tuples_slices_and_keys_keep_their_types():
    value = {"axis": (0, -1), "key": [slice(1, None, 2), None], 3: {"a": (1.5, float("inf"))}}
    assert travelled({"value": value}) == {"value": value}


def test_an_outcome_arrives_with_its_errors():
    outcome = Outcome({"output": np.float32(2)}, gradient_raised=Raised("TypeError", "no"))
    outcome.promised = [((None, 2), "float32")]
    arrived = Outcome.from_message(travelled(outcome.as_message()))
    assert arrived.gradient_raised == Raised("TypeError", "no") and arrived.raised is None
    assert arrived.promised == outcome.promised


def test_what_cannot_be_sent_is_named():
    with pytest.raises(TypeError, match="object of type set"):
        travelled({"value": {1, 2}})


def test_a_message_that_breaks_off_is_none():
    stream = io.BytesIO()
    wire.send(stream, {"x": np.zeros(9)})
    assert wire.receive(io.BytesIO(stream.getvalue()[:-1])) is None
    assert wire.receive(io.BytesIO()) is None


def test_another_dtype_reaches_arrays_and_arguments():
    make = Make("layers", "Dense", {"units": 1, "dtype": "float32"})
    call = Call(make, {"x": np.float32([1]), "indices": np.arange(2)}).in_dtype("float64")
    assert call.make.arguments["dtype"] == "float64"
    assert [a.dtype for a in call.inputs.values()] == ["float64", "int64"]


def test_gradients_are_those_of_the_weighted_sum():
    x = np.float64([1.0, 2.0, 3.0])
    found = evaluate(minikeras, Call(Make("ops", "square"), {"x": x}), "float64").gradients["x"]
    ones = evaluate(minikeras, Call(Make("ops", "negative"), {"x": x}), "float64").gradients["x"]
    np.testing.assert_array_equal(found, -2 * x * ones)


def test_unknown_backends_are_refused():
    with pytest.raises(ValueError, match="'tensorflow', 'jax', 'torch', received 'theano'"):
        Backend("theano")
    with pytest.raises(ValueError, match="'float64', received 'float16'"):
        Backend("jax", "float16")


def test_errors_tell_refusals_from_failures():
    assert Raised("NotImplementedError", "").is_refusal
    assert Raised("ValueError", "sparse is not supported").is_refusal
    assert not Raised("TypeError", "unhashable type").is_refusal
