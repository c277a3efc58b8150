"""Explanations name what the docstrings define, in order, and change nothing."""

import inspect

import numpy as np
import pytest

import minikeras.optimizers
from minikeras.autograd import Variable
from minikeras.optimizers.explain import Record
from minikeras.optimizers.formulas import parse

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
    assert formulas["both"] == "← w + (momentum v − lr g)"


def test_accumulation_is_explained():
    w, g = Variable(np.float32([1.0]), name="w"), np.float32([4.0])
    optimizer = minikeras.optimizers.SGD(gradient_accumulation_steps=2, loss_scale_factor=2.0)
    names = [r.name for r in optimizer.explain([g], [w])["w"]]
    assert names == ["g", "unscaled", "accumulated"]
    optimizer.apply([g], [w])
    records = {r.name: r.value for r in optimizer.explain([g], [w])["w"]}
    assert records["accumulated"] == 4 and records["mean"] == 2


VARIANTS = {
    "SGD": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{"momentum": 0.5}, {"centered": True}, {"centered": True, "momentum": 0.5}],
    "Adam": [{"amsgrad": True}],
}
OPTIONS = [
    {},
    {"clipnorm": 0.5, "weight_decay": 0.1, "use_ema": True, "ema_overwrite_frequency": 2},
    {"global_clipnorm": 0.5},
    {"clipvalue": 0.3, "loss_scale_factor": 4.0, "gradient_accumulation_steps": 2},
]
TEXT = {"U"}  # its formula is a product of all steps so far


def variants():
    for name in RULES:
        for own in [{}, *VARIANTS.get(name, [])]:
            for options in OPTIONS:
                yield name, own | options


@pytest.mark.parametrize(("name", "config"), [*variants()], ids=str)
def test_each_formula_gives_its_value_bit_for_bit(name, config):
    rng = np.random.default_rng(0)
    variables = [Variable(rng.normal(size=(2, 3)).astype("float32"), name="a")]
    variables.append(Variable(np.float32(3), name="b"))
    optimizer = getattr(minikeras.optimizers, name)(0.05, **config)
    computed = set()
    for _ in range(4):
        gradients = [rng.normal(size=v.shape).astype("float32") for v in variables]
        explanation = optimizer.explain(gradients, variables)
        optimizer.apply(gradients, variables)
        for variable in variables:
            for record in explanation[variable.path]:
                if record.name in (*TEXT, "g", "t", "lr"):
                    assert not record.names
                    continue
                again = record.recompute()
                assert again.dtype == record.value.dtype, record.name
                np.testing.assert_array_equal(again, record.value, err_msg=record.name)
                computed.add(record.name)
            values = {record.name: record.value for record in explanation[variable.path]}
            last = values.get("overwritten", values.get("w", variable.numpy()))
            np.testing.assert_array_equal(last, variable.numpy())
    assert "w" in computed


def test_what_a_step_starts_from_is_shown():
    w, g = Variable(np.float32([1, -2]), name="w"), np.float32([0.5, 1])
    optimizer = minikeras.optimizers.Adam(0.1, amsgrad=True)
    for _ in range(2):
        before = [w.numpy(), *(slot.numpy() for slot in optimizer.variables[2:])]
        given = {r.name: r.value for r in optimizer.explain([g], [w]).given["w"]}
        assert (given["β₁"], given["β₂"], given["ε"]) == (0.9, 0.999, 1e-7)
        for name, value in zip(("w", "m", "v", "v̂"), before or [w.numpy()]):
            np.testing.assert_array_equal(given[name], value)
        optimizer.apply([g], [w])
    assert [*given] == ["β₁", "β₂", "ε", "w", "m", "v", "v̂"]
    assert "clipnorm" not in given  # is switched off


def test_formulas_with_numbers_in_any_number_of_digits():
    w, g = Variable(np.float32([1, -2]), name="w"), np.float32([0.5, 1])
    explanation = minikeras.optimizers.SGD(0.1, momentum=0.9).explain([g], [w])
    shown = explanation.show()
    rows = {name: (formula, value) for name, formula, value, _ in shown.rows("w")}
    assert rows["v"] == ("← 0.9 · 0 − 0.1 · 0.5", "-0.05")
    assert rows["w"] == ("← 1 + (-0.05)", "0.95")
    assert "w[0]" in str(shown) and "0.9 · 0 − 0.1 · 0.5" in shown._repr_html_()
    rows = {r[0]: r[1:3] for r in explanation.show(digits=17, element=1).rows("w")}
    assert rows["v"] == (
        "← 0.90000000000000002 · 0 − 0.10000000149011612 · 1",
        "-0.10000000149011612",
    )
    assert rows["w"][0] == "← -2 + (-0.10000000149011612)"
    assert np.float32(rows["w"][1]) == explanation["w"][-1].value[1]
    long = explanation.show(numbers=False, digits=12)
    assert "0.949999988079" in str(long) and "momentum v − lr g" in str(long)
    for wrong in ({"digits": 0}, {"digits": 2.5}):
        with pytest.raises(ValueError, match="digits must be an integer from 1 on"):
            explanation.show(**wrong)
    with pytest.raises(IndexError, match="no variable has an element 2"):
        explanation.show(element=2)
    with pytest.raises(ValueError, match="g has no formula that can be computed"):
        explanation["w"][0].recompute()


class Keras2Style(minikeras.optimizers.Optimizer):
    """A rule as programs for Keras write it: without notes, formulas or slots."""

    def __init__(self, learning_rate=0.1, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self.sums = [self.add_variable_from_reference(v, "sum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        total = self.sums[self._get_variable_index(variable)]
        total.assign(total + gradient)
        variable.assign(variable - learning_rate * total)


def test_a_rule_without_notes_shows_its_variables_before_and_after():
    w, g = Variable(np.float32([1, -2]), name="w"), np.float32([0.5, 1])
    explanation = Keras2Style(0.5, clipvalue=0.75).explain([g], [w])
    given = {r.name: np.asarray(r.value).tolist() for r in explanation.given["w"]}
    assert given == {"clipvalue": 0.75, "w": [1, -2], "sum": [0, 0]}
    records = {r.name: np.asarray(r.value).tolist() for r in explanation["w"]}
    assert [*records] == ["g", "clipped_by_value", "t", "lr", "sum", "w"]
    assert records["sum"] == [0.5, 0.75] and records["w"] == [0.75, -2.375]


@pytest.mark.parametrize(
    ("formula", "names", "value", "text"),
    [
        ("← a − b c / d", {"a": 7.0, "b": 6.0, "c": 4.0, "d": 8.0}, 4, "← 7 − 6 · 4 / 8"),
        ("= a / b c", {"a": 8.0, "b": 4.0, "c": 2.0}, 4, "= 8 / 4 · 2"),
        ("= −|a| √(a² + 1)", {"a": -0.75}, -0.9375, "= −|-0.75| · √((-0.75)² + 1)"),
        ("= max(a, sign b) ½", {"a": -4.0, "b": -9.0}, -0.5, "= max(-4, sign(-9)) · ½"),
        ("= aᵗ⁺¹ − aᵗ", {"a": 2.0, "t": 3.0}, 8, "= 2⁴ − 2³"),
    ],
)
def test_formulas_are_read_from_left_to_right(formula, names, value, text):
    record = Record("x", formula, value, "", names)
    assert record.recompute() == value
    assert record.with_numbers() == text


@pytest.mark.parametrize("formula", ["= u₁ u₂ … uₜ", "= (a", "= a +", "= a ) b", "= max(a", "= ‖a"])
def test_text_that_is_no_formula_is_left_alone(formula):
    assert parse(formula) is None
    assert Record("x", formula, 1.0, "", {"a": 1.0}).with_numbers() == formula


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
