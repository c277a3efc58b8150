"""Explanations name what the docstrings define, in order, and change nothing."""

import inspect

import numpy as np
import pytest

import minikeras.optimizers
from minikeras.autograd import Variable

RULES = ["SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "Lion"]


def snapshot(optimizer, variables):
    state = {n: list(v) if isinstance(v, list) else v for n, v in optimizer.__dict__.items()}
    return state, [v.numpy() for v in [*optimizer.variables, *variables]]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("built", [False, True])
def test_explaining_changes_nothing_and_tells_the_truth(name, built):
    variables = [Variable(np.float32([1, -2]), name="a"), Variable(np.float32(3), name="b")]
    gradients = [np.float32([0.5, 1]), np.float32(-0.25)]
    optimizer = getattr(minikeras.optimizers, name)(weight_decay=0.1, clipnorm=0.5, use_ema=True)
    if built:
        optimizer.apply(gradients, variables)
    state, arrays = snapshot(optimizer, variables)
    explanation = optimizer.explain(gradients, variables)
    after, arrays_after = snapshot(optimizer, variables)
    assert after.keys() == state.keys()
    assert all(after[k] is state[k] or after[k] == state[k] for k in state)
    for a, b in zip(arrays, arrays_after, strict=True):
        np.testing.assert_array_equal(a, b)

    optimizer.apply(gradients, variables)
    for variable in variables:
        records = {record.name: record for record in explanation[variable.path]}
        np.testing.assert_array_equal(records["w"].value, variable.numpy())
        assert list(records)[:5] == ["g", "clipped_by_norm", "t", "lr", "decayed"]
        assert list(records)[-2:] == ["w", "average"]
        for record in records.values():
            assert record.formula or record.name in ("g", "t", "lr"), f"{record.name}: no formula"


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("SGD", {}, ["w"]),
        ("SGD", {"momentum": 0.9}, ["v", "w"]),
        ("RMSprop", {"centered": True, "momentum": 0.5}, ["v", "ḡ", "d", "Δ", "M", "w"]),
        ("Adam", {"amsgrad": True}, ["α", "m", "v", "v̂", "Δ", "w"]),
        ("Nadam", {}, ["u", "u_next", "U", "m", "v", "m̂", "v̂", "Δ", "w"]),
    ],
)
def test_every_line_of_the_docstring_is_noted(name, config, expected):
    optimizer = getattr(minikeras.optimizers, name)(**config)
    w = Variable(np.float32([1, -2]), name="w")
    explanation = optimizer.explain([np.float32([0.5, 1])], [w])
    names = [record.name for record in explanation["w"]]
    assert names == ["g", "t", "lr", *expected]
    documented = inspect.getdoc(type(optimizer))
    for record in explanation["w"][3:]:
        assert f"{record.name} {record.formula}" in documented


def test_formulas_follow_the_options():
    w, g = Variable(np.float32([1.0]), name="w"), np.float32([1.0])
    formulas = {}
    for key, config in {
        "plain": {},
        "nesterov": {"nesterov": True},
        "velocity": {"momentum": 0.9},
        "both": {"momentum": 0.9, "nesterov": True},
    }.items():
        explanation = minikeras.optimizers.SGD(**config).explain([g], [w])
        formulas[key] = explanation["w"][-1].formula
    assert formulas["plain"] == formulas["nesterov"] == "← w − lr g"
    assert formulas["velocity"] == "← w + v"
    assert formulas["both"] == "← w + momentum v − lr g"


def test_accumulation_is_explained():
    w, g = Variable(np.float32([1.0]), name="w"), np.float32([4.0])
    optimizer = minikeras.optimizers.SGD(gradient_accumulation_steps=2, loss_scale_factor=2.0)
    names = [r.name for r in optimizer.explain([g], [w])["w"]]
    assert names == ["g", "unscaled", "accumulated"]
    optimizer.apply([g], [w])
    records = {r.name: r.value for r in optimizer.explain([g], [w])["w"]}
    assert records["accumulated"] == 4 and records["mean"] == 2


def test_it_prints():
    w = Variable(np.float32([1, -2]), name="kernel")
    text = str(minikeras.optimizers.Adam().explain([np.float32([0.5, 1])], [w]))
    assert "kernel" in text and "lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)" in text and "0.999" in text


def test_accepts_pairs_and_iterators():
    w = Variable(np.float32([1, -2]), name="w")
    g = np.float32([0.5, 1])
    optimizer = minikeras.optimizers.SGD(0.1)
    wanted = str(optimizer.explain([g], [w]))
    for arguments in (zip([g], [w]),), ([(g, w)],), (iter([g]), iter([w])), ((g,), (w,)):
        assert str(optimizer.explain(*arguments)) == wanted
    for arguments in ([w], [g]), (zip([w], [g]),), ([g], w):
        with pytest.raises(ValueError, match="expected the gradients and then their variables"):
            optimizer.explain(*arguments)
    assert not optimizer.built
