"""The compiled kernels of the rules: when they are used, and the same bits as the reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras.optimizers
from minikeras import config as settings
from minikeras import ops
from minikeras.autograd import GradientTape, Variable
from minikeras.optimizers import fused
from parity_tests.checks.optimizer import check_optimizer
from parity_tests.drawing import trajectories
from parity_tests.optimizers.test_optimizers import OWN, configs


@pytest.mark.parametrize("name", OWN)
@given(data=st.data())
def test_twins_to_the_bit(name, data):
    """The compiled kernels, on arrays that are far too small to deserve them."""
    trajectory = data.draw(trajectories(data.draw(st.sampled_from(["float32", "float64"]))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused, "UPDATES_BEFORE_LOADING", 0)
        patch.setattr(fused, "LARGE", data.draw(st.sampled_from([1, 10])))
        check_optimizer(name, data.draw(configs(name)), trajectory, kernels="fast")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("around", [{}, {"global_clipnorm": 0.5, "use_ema": True}])
def test_twins_of_many_parts(name, around, dtype):
    """Shared between threads; gradients that are not contiguous, and one of a single number."""
    random = np.random.default_rng(0)
    weights = [random.standard_normal(s).astype(dtype) for s in [(300, 201), (1,), (17,)]]
    steps = [[random.standard_normal(w.shape[::-1]).astype(dtype).T for w in weights]] * 3
    found = []
    for kernels in "reference", "fast":
        ours = getattr(minikeras.optimizers, name)(weight_decay=0.1, **around)
        variables = [Variable(w) for w in weights]
        ours.build(variables)
        with settings.use_kernels(kernels):
            for gradients in steps:
                ours.apply(gradients)
        found.append([v.numpy().tobytes() for v in (*variables, *ours.variables)])
    assert found[0] == found[1]


def frozen(w):
    w.flags.writeable = False
    return w


UNFIT = {
    "dtype": (np.ones((4, 4), "float32"), np.ones((4, 4))),
    "size": (np.ones((4, 4), "float32"), np.ones(15, "float32")),
    "gaps in g": (np.ones((4, 4), "float32"), np.ones((4, 8), "float32")[:, ::2]),
    "gaps in w": (np.ones((4, 8), "float32")[:, ::2], np.ones((4, 4), "float32")),
    "read only": (frozen(np.ones((4, 4), "float32")), np.ones((4, 4), "float32")),
}


@pytest.mark.parametrize("what", UNFIT)
def test_arrays_that_do_not_fit_are_left_alone(what):
    """Native code looks into them itself, so it has to find out by itself."""
    lr = np.ones(2, "float32")  # and its factor
    w, g = UNFIT[what]
    assert not fused.run("sgd", w.size, lr, [w, g], 2)
    assert (w == 1).all()
    fits = np.ones((4, 4), "float32")
    assert fused.run("sgd", 16, lr, [fits, np.ones(16, "float32")], 2)
    assert (fits == 0).all()


@pytest.mark.parametrize(
    ("name", "options"),
    [*((name, {}) for name in OWN), ("SGD", {"momentum": 0.9}), ("Adam", {"amsgrad": True})],
)
def test_rule_and_kernel_name_the_same_scalars(name, options):
    optimizer = getattr(minikeras.optimizers, name)(**options)
    declared = fused.native(optimizer.kernel).scalars._fields
    computed = optimizer.scalars(np.float32(1), np.float32(0.1)).keys()
    assert computed <= {*declared} | {"momentum"}  # SGD's kernel without momentum takes lr alone
    for scalar in {*declared} - computed - {"lr", "compiled"}:
        assert scalar in optimizer.get_config()


def test_another_rule_does_not_inherit_the_kernel():
    class Own:
        def step(self, w, g, t, lr, *slots):
            return (w - g, *slots)

    class Inherited(minikeras.optimizers.SGD):
        beside = "the rule stays"

    class Overridden(minikeras.optimizers.SGD):
        step = Own.step

    class Mixed(Own, minikeras.optimizers.SGD):
        pass

    class Tensors(minikeras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            variable.assign_sub(gradient)

    assert Inherited(momentum=0.9).kernel == "sgd_momentum"
    for rule in (Overridden, Mixed, Tensors):
        optimizer, w = rule(100.0, momentum=0.9), Variable(np.zeros(20_000, "float32"))
        assert optimizer.kernel is None
        with settings.use_kernels("fast"):
            optimizer.apply([np.ones(20_000, "float32")], [w])
        assert (w.numpy() == -1).all()


@pytest.mark.parametrize("kernels", ["reference", "fast"])
@pytest.mark.parametrize("size", [8, 20_000])
def test_whatever_refers_to_a_variable_retains_the_old_values(size, kernels, monkeypatch):
    monkeypatch.setattr(fused, "UPDATES_BEFORE_LOADING", 0)
    w, g = Variable(np.ones(size, "float32")), np.ones(size, "float32")
    optimizer = minikeras.optimizers.SGD(0.5, momentum=0.5, use_ema=True)
    optimizer.build([w])
    with GradientTape(persistent=True) as tape:
        y = ops.sum(w * w)
    held = [w.value, w.numpy(), w[:3], ops.reshape(w, (-1, 1)), ops.transpose(w)]
    slots = [[v.value, v[:]] for v in optimizer.variables if v.shape == w.shape]
    with settings.use_kernels(kernels):
        optimizer.apply([g], [w])
    assert (w.numpy() == 0.5).all()
    assert all((np.asarray(x) == 1).all() for x in held)
    assert len(slots) == 2 and all((np.asarray(x) == 0).all() for slot in slots for x in slot)
    np.testing.assert_array_equal(tape.gradient(y, w), 2 * g)  # at the old value


def test_variables_that_nothing_else_refers_to_are_updated_in_place():
    w, g = Variable(np.ones(20_000, "float32")), np.ones(20_000, "float32")
    optimizer = minikeras.optimizers.SGD(0.5, momentum=0.5)
    optimizer.build([w])
    states = [w, *optimizer._slots[0]]
    before = [v._value.ctypes.data for v in states]
    with settings.use_kernels("fast"):
        optimizer.apply([g], [w])
    assert [v._value.ctypes.data for v in states] == before
    assert (w.numpy() == 0.5).all()


def test_a_few_steps_of_small_variables_never_compile(monkeypatch):
    monkeypatch.setattr(fused, "run", lambda *_: pytest.fail())
    with settings.use_kernels("fast"):
        minikeras.optimizers.SGD().apply([np.ones(8, "float32")], [Variable(np.ones(8, "float32"))])
