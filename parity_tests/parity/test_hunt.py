"""The hunt finds planted defects, blames who has them, and never reports rounding."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import minikeras
from minikeras import cli
from minikeras.parity.backends import Call, Make, Outcome, Raised, evaluate
from minikeras.parity.hunt import (
    command,
    drawing,
    hunting,
    numbers,
    op_arguments,
    reproducer,
    shrinking,
)
from minikeras.parity.hunt.judge import judge

IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"


class Pretended:
    """In place of a backend: minikeras itself, with a fault, or with another rounding."""

    fault = contextlib.nullcontext

    def __init__(self, name, floatx="float32", **options):
        self.name, self.floatx = name, floatx

    def evaluate(self, call):
        with type(self).fault() if self.name == "torch" else contextlib.nullcontext():
            return evaluate(minikeras, call, self.floatx)

    def close(self):
        pass


@pytest.fixture
def pretended(monkeypatch):
    monkeypatch.setattr(hunting, "Backend", Pretended)

    def plant(fault):
        monkeypatch.setattr(Pretended, "fault", staticmethod(fault))

    return plant


@contextlib.contextmanager
def replaced(owner, name, value):
    own = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


def hunted(target, count=30, **options):
    return hunting.hunt(count, backends=["jax", "torch"], targets=[target], **options).groups


def _biased(function, **change):
    """The function, called with other arguments."""
    return lambda *args, **kwargs: function(*args, **{**kwargs, **change})


def _ops(name, make):
    return lambda: replaced(minikeras.ops, name, make(getattr(minikeras.ops, name)))


def _method(cls, name, make):
    return lambda: replaced(cls, name, make(getattr(cls, name)))


def _reversed_batch(call):
    def faulty(self, inputs, *args, **kwargs):
        return call(self, inputs[::-1], *args, **kwargs)

    return faulty


def _scaled(factor):
    return lambda function: lambda *args, **kwargs: function(*args, **kwargs) * factor


FAULTS = {
    "ops.relu": _ops("relu", lambda f: lambda x: minikeras.ops.leaky_relu(x, 0.01)),
    "ops.softplus": _ops(
        "softplus", lambda f: lambda x: minikeras.ops.log(1 + minikeras.ops.exp(x))
    ),
    "ops.var": _ops("var", lambda f: lambda x, **o: f(x, **o) * 1.001),
    "ops.logsumexp": _ops(
        "logsumexp",
        lambda f: lambda x, **o: minikeras.ops.log(minikeras.ops.sum(minikeras.ops.exp(x), **o)),
    ),
    "ops.argmax": _ops("argmax", lambda f: lambda x, **o: f(-x, **o)),
    "ops.layer_normalization": _ops("layer_normalization", lambda f: _biased(f, epsilon=0.1)),
    "ops.sum": _ops("sum", lambda f: lambda x, axis=None, keepdims=False: f(x, axis=axis)),
    "losses.MeanSquaredError": _method(minikeras.losses.MeanSquaredError, "__call__", _scaled(2.0)),
    "layers.Dense": _method(minikeras.layers.Dense, "call", _reversed_batch),
    "metrics.MeanSquaredError": _method(minikeras.metrics.MeanSquaredError, "result", _scaled(0.9)),
    "optimizers.SGD": _method(
        minikeras.optimizers.SGD,
        "step",
        lambda f: lambda self, w, g, *a, **k: f(self, w, g * np.float32(1.01), *a, **k),
    ),
}


@pytest.mark.parametrize("target", FAULTS)
def test_a_planted_fault_is_found_and_blamed(target, pretended):
    pretended(FAULTS[target])
    found = [group for group in hunted(target) if group.finding.blamed == ("torch",)]
    assert found and {group.target for group in found} == {target}


def test_a_wrong_gradient_is_found(pretended):
    def fault():
        def tanh(x):
            y = original(x)
            return minikeras.ops.stop_gradient(y) + 0 * x

        original = minikeras.ops.tanh
        return replaced(minikeras.ops, "tanh", tanh)

    pretended(fault)
    found = [(g.finding.kind, g.finding.part, g.finding.blamed) for g in hunted("ops.tanh")]
    assert ("wrong", "gradient x", ("torch",)) in found


def test_an_error_is_found_and_a_refusal_is_told_from_it(pretended):
    for error, count in ((TypeError("no"), 1), (NotImplementedError(), 0)):

        def raising(*args, error=error, **kwargs):
            raise error

        pretended(_ops("exp", lambda f, raising=raising: raising))
        result = hunting.hunt(2, backends=["jax", "torch"], targets=["ops.exp"])
        raised = [(g.finding.kind, g.finding.blamed) for g in result.groups]
        assert raised == [("raises", ("torch",))] * count and result.refused == 2 * (1 - count)


def test_minikeras_is_blamed_if_it_stands_alone():
    call = Call(Make("ops", "tanh"), {"x": np.float32([0.5, 1.0])})
    theirs = Outcome({"output": np.float32([0.4, 0.7])}, {"x": np.float32([1, 1])})
    ours = evaluate(minikeras, call)
    outcomes = {"minikeras": ours, "jax": theirs, "torch": theirs}
    found = judge(Call(call.make, call.inputs, gradient=False), outcomes, lambda name: theirs)
    # NumPy agrees with minikeras here, so that both others are wrong
    assert {finding.blamed for finding in found} <= {("minikeras",), ("jax", "torch")}
    assert found


TARGETS = drawing.targets()
SOME = TARGETS if IS_DEEP else TARGETS[::4]


def _rounded(call):
    """The call with every number one unit in the last place away: what rounding may do."""
    rng = np.random.default_rng(0)

    def moved(a):
        if isinstance(a, list | tuple):
            return type(a)(moved(v) for v in a)
        if a.dtype.kind != "f":
            return a
        with np.errstate(all="ignore"):
            towards = np.where(rng.random(a.shape) < 0.5, -np.inf, np.inf).astype(a.dtype)
            near = np.where((a == 0) | (np.abs(a) == 1), a, np.nextafter(a, towards))
        return np.asarray(near, a.dtype)

    inputs = {k: v if k == "y_true" else moved(v) for k, v in call.inputs.items()}
    return Call(call.make, inputs, moved(call.weights), call.training, call.gradient)


@pytest.mark.parametrize("seed", range(4 if IS_DEEP else 1))
def test_rounding_is_not_reported(seed):
    alarms = []
    for target in SOME:
        number = TARGETS.index(target)
        call = drawing.draw(target, (seed, number, 0), "plain")
        if call is None:
            continue
        near = _rounded(call)
        outcome = evaluate(minikeras, near)
        ours = evaluate(minikeras, call)

        exact = evaluate(minikeras, _rounded(call.in_dtype("float64")), "float64")

        outcomes = {"minikeras": ours, "jax": outcome, "torch": outcome}
        found = judge(call, outcomes, lambda name, exact=exact: exact)
        alarms += [(target, finding) for finding in found if finding.kind != "promise"]
    assert not alarms


def test_everything_public_is_drawn():
    """Each target has arguments that minikeras takes, without a rule of its own if it is new."""
    missed = []
    for number, target in enumerate(TARGETS):
        for i in range(12):
            call = drawing.draw(target, (0, number, i), "plain")
            if call is not None and evaluate(minikeras, call).raised is None:
                break
        else:
            missed.append(target)
    assert not missed


def test_what_is_not_drawn_exists():
    absent = [name for name in op_arguments.EXCLUDED if not hasattr(minikeras.ops, name)]
    assert not absent


def test_an_argument_without_a_rule_is_named():
    def new_op(x, curvature):
        return x

    with pytest.raises(LookupError, match="new_op: no rule for the argument 'curvature'"):
        op_arguments.draw("new_op", new_op, numbers.Draw((0,)))


def test_a_new_op_is_drawn_by_the_names_of_its_arguments():
    def new_op(x, axis=None, keepdims=False):
        return x

    given = op_arguments.draw("new_op", new_op, numbers.Draw((1,)))
    assert isinstance(given["x"], np.ndarray)


def test_calls_become_small():
    x = np.zeros((3, 5), "float32")
    x[0, 0] = 7
    call = Call(Make("ops", "sum", {"axis": 1, "keepdims": True}), {"x": x})
    small = shrinking.shrink(call, lambda c: bool(c.inputs["x"].size and c.inputs["x"].max() > 5))
    assert small.inputs["x"].shape == (1, 1) and small.make.arguments == {}


def test_reproducers_have_ten_lines_at_most_and_run():
    call = Call(Make("ops", "maximum"), {"x1": np.float32([1, np.nan]), "x2": np.float32([2, 0])})
    finding = hunting.Finding("wrong", "output", ("tensorflow",), note="right is nan")
    text = reproducer.program(call, finding)
    assert len(text.splitlines()) <= 10
    ours = text.replace("import keras", "import minikeras as keras")
    done = subprocess.run([sys.executable, "-c", ours], capture_output=True, text=True, check=True)
    assert "[ 2. nan]" in done.stdout.replace(",", "")


def test_every_kind_of_reproducer_compiles():
    for number, target in enumerate(TARGETS):
        call = drawing.draw(target, (3, number, 0))
        if call is not None:
            for part in ("output", "gradient x"):
                finding = hunting.Finding("wrong", part, ("jax",), note="1 in place of 2")
                text = reproducer.program(call, finding)
                compile(text, target, "exec")
                assert len(text.splitlines()) <= 10, text


def test_bad_use_is_refused():
    with pytest.raises(ValueError, match="must be some of tensorflow, jax, torch, received"):
        hunting.hunt(1, backends=["theano"])
    with pytest.raises(ValueError, match="targets must name something public"):
        hunting.hunt(1, backends=["jax"], targets=["ops.nothing"])


def test_errors_of_processes_are_outcomes(pretended):
    outcome = Outcome(raised=Raised("ProcessEnded", "SIGSEGV: "))
    call = Call(Make("ops", "relu"), {"x": np.float32([1])})
    outcomes = {"jax": evaluate(minikeras, call), "torch": outcome}
    (found,) = judge(call, outcomes, lambda name: outcomes[name])
    assert found.kind == "raises" and found.blamed == ("torch",)


def test_a_small_hunt_against_tensorflow():
    """Of Keras as it is installed: its losses are right, its shapes of corrcoef are not."""
    found = hunting.hunt(
        24, backends=["tensorflow"], targets=["losses.", "ops.corrcoef"], shrink=False
    )
    assert found.calls == 24
    assert {(g.target, g.finding.kind) for g in found.groups} == {("ops.corrcoef", "promise")}


def test_the_command_prints_what_was_found(pretended, monkeypatch, tmp_path):
    pretended(FAULTS["ops.var"])
    monkeypatch.setattr(command, "installed", lambda: ["jax", "torch"])
    arguments = ["hunt", "--targets", "ops.var", "--count", "2", "--out", str(tmp_path / "found")]
    done = CliRunner().invoke(cli.main, arguments)
    assert done.exit_code == 1 and "ops.var: wrong output (torch)" in done.output
    assert (tmp_path / "found" / "hunt.json").is_file()
    assert [path.suffix for path in sorted((tmp_path / "found").iterdir())].count(".py") > 0


@pytest.mark.parametrize("option", (["--backends", "theano"], ["--targets", "ops.nothing"]))
def test_wrong_usage_of_the_command_exits_with_2(option, monkeypatch):
    monkeypatch.setattr(command, "installed", lambda: ["jax"])
    assert CliRunner().invoke(cli.main, ["hunt", *option]).exit_code == 2
