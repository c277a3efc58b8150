"""Each rule under each of the common options, step by step, to the bit."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras.optimizers
from minikeras import tf_function
from minikeras.autograd import Variable
from minikeras.optimizers import fused
from parity_tests.checks.optimizer import check_optimizer
from parity_tests.drawing import trajectories

betas = st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999])
epsilons = st.sampled_from([1e-7, 1e-8, 1e-3])
adam = {"beta_1": betas, "beta_2": betas, "epsilon": epsilons}
OWN = {
    "SGD": {"momentum": st.sampled_from([0.0, 0.5, 0.9, 1.0]), "nesterov": st.booleans()},
    "RMSprop": {
        "rho": betas,
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "epsilon": epsilons,
        "centered": st.booleans(),
    },
    "Adam": adam | {"amsgrad": st.booleans()},
    "AdamW": adam | {"amsgrad": st.booleans(), "weight_decay": st.sampled_from([0.0, 0.01])},
    "Adamax": adam,
    "Nadam": adam,
    "Adagrad": {"initial_accumulator_value": st.sampled_from([0.0, 0.1, 1.0]), "epsilon": epsilons},
    "Adadelta": {"rho": betas, "epsilon": epsilons},
    "Lion": {"beta_1": betas.filter(bool), "beta_2": betas},
}
rates = st.sampled_from([1.0, 0.1, 0.01, 0.001]) | st.floats(1e-4, 1.0)
schedules = st.builds(
    minikeras.optimizers.schedules.ExponentialDecay, rates, st.integers(1, 5), st.just(0.7)
)
COMMON = {
    "learning_rate": rates | schedules,
    "weight_decay": st.sampled_from([None, 0.1, 0.004]),
    "loss_scale_factor": st.sampled_from([None, 3.0, 1024.0]),
    "gradient_accumulation_steps": st.sampled_from([None, 2, 3]),
}
clips = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"clipnorm": st.sampled_from([0.5, 10.0])}),
    st.fixed_dictionaries({"global_clipnorm": st.sampled_from([0.5, 10.0])}),
    st.fixed_dictionaries({"clipvalue": st.sampled_from([0.3, 10.0])}),
)
averages = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {
            "use_ema": st.just(True),
            "ema_momentum": st.sampled_from([0.99, 0.5]),
            "ema_overwrite_frequency": st.sampled_from([None, 1, 2, 3]),
        }
    ),
)


def configs(name):
    options = st.fixed_dictionaries({}, optional=COMMON | OWN[name])
    return st.tuples(options, clips, averages).map(lambda parts: parts[0] | parts[1] | parts[2])


@pytest.mark.parametrize("name", OWN)
@given(data=st.data())
def test_float32_to_the_bit(name, data):
    check_optimizer(name, data.draw(configs(name)), data.draw(trajectories()))


@pytest.mark.parametrize("name", OWN)
@given(data=st.data())
def test_float64_to_the_bit(name, data):
    check_optimizer(name, data.draw(configs(name)), data.draw(trajectories("float64")))


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"weight_decay": 0.1, "clipnorm": 0.5, "use_ema": True},
        {"gradient_accumulation_steps": 3, "loss_scale_factor": 3.0},
    ],
)
@pytest.mark.parametrize("patience", [0, 100])
def test_compiled_step_to_the_bit(name, config, patience, monkeypatch):
    random = np.random.default_rng(0)

    def draw():
        return [random.standard_normal(s).astype("float32") for s in [(7, 5), (8,), (3,), ()]]

    monkeypatch.setattr(fused, "UPDATES_BEFORE_LOADING", patience)
    with tf_function.inside():
        trajectory = draw(), [draw() for _ in range(6)]
        check_optimizer(name, config, trajectory, compiled=True, kernels="fast")


def test_compiled_and_eager_differ():
    """Else ``tf_function.inside`` would be of no use."""
    random = np.random.default_rng(0)
    trajectory = (
        [random.standard_normal((40, 30)).astype("float32")],
        [[random.standard_normal((40, 30)).astype("float32")] for _ in range(3)],
    )
    for config in ({"weight_decay": 0.1}, {"loss_scale_factor": 3.0}):
        with pytest.raises(AssertionError, match="w0 after step"):
            check_optimizer("RMSprop", config, trajectory, compiled=True)


@given(trajectories(max_steps=3), st.sampled_from([{}, {"use_ema": True}, {"clipnorm": 1.0}]))
def test_missing_gradients(trajectory, config):
    weights, steps = trajectory
    extra = np.ones(3, "float32")
    steps = [[*gradients, None] for gradients in steps]
    check_optimizer("Adam", config, ([*weights, extra], steps))


@given(trajectories(), st.booleans())
def test_exclude_from_weight_decay(trajectory, by_name):
    def prepare(optimizer, variables, framework):
        chosen = {"var_names": ["w[02]"]} if by_name else {"var_list": variables[:1]}
        optimizer.exclude_from_weight_decay(**chosen)

    check_optimizer("AdamW", {"weight_decay": 0.1}, trajectory, prepare=prepare)


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
@given(trajectories(), st.sampled_from([0.01, 0.5]))
def test_clipping(clip, trajectory, limit):
    check_optimizer("SGD", {clip: limit}, trajectory)


@given(trajectories(), st.sampled_from([None, 2]))
def test_constraints_come_last(trajectory, frequency):
    """After the averages, which see the weights as the update left them."""

    def prepare(optimizer, variables, framework):
        for variable in variables:
            variable.constraint = framework.constraints.NonNeg()

    config = {"use_ema": True, "ema_overwrite_frequency": frequency}
    check_optimizer("SGD", config, trajectory, prepare=prepare)


@given(trajectories(), st.sampled_from([None, 2]))
def test_variables_overwritten_by_their_gradient(trajectory, steps):
    def prepare(optimizer, variables, framework):
        variables[0].overwrite_with_gradient = True

    config = {"gradient_accumulation_steps": steps}
    check_optimizer("Adam", config, trajectory, prepare=prepare)


def both(rule="SGD", **config):
    return [getattr(f.optimizers, rule)(**config) for f in (minikeras, keras)]


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("SGD", {"learning_rate": 1}),
        ("SGD", {"learning_rate": "0.1"}),
        ("SGD", {"learning_rate": None}),
        ("SGD", {"momentum": 1}),
        ("SGD", {"momentum": -0.1}),
        ("SGD", {"clipnorm": 1.0, "clipvalue": 1.0}),
        ("SGD", {"gradient_accumulation_steps": 1}),
        ("SGD", {"use_ema": True, "ema_momentum": 1.5}),
        ("SGD", {"use_ema": True, "ema_overwrite_frequency": -1}),
        ("SGD", {"no_such_option": 1}),
        ("AdamW", {"weight_decay": None}),
    ],
)
def test_errors(name, config):
    for framework in (minikeras, keras):
        with pytest.raises(ValueError):
            getattr(framework.optimizers, name)(**config)


def test_errors_of_apply():
    g = [np.ones(2, "float32")]
    for optimizer, variable in zip(both(), (Variable, keras.Variable)):
        with pytest.raises(ValueError):
            optimizer.apply(g)
        w = [variable(np.ones(2, "float32"))]
        optimizer.apply(g, w)
        with pytest.raises(ValueError):
            optimizer.apply(g + g)
        with pytest.raises(ValueError):
            optimizer.apply(g, [variable(np.ones(2, "float32"))])
        with pytest.raises(ValueError, match="No gradients provided"):
            optimizer.apply([None], w)


def test_learning_rate():
    for framework, optimizer in zip((minikeras, keras), both(learning_rate=0.5)):
        assert float(np.asarray(optimizer.learning_rate)) == 0.5
        optimizer.learning_rate = 0.25
        assert float(np.asarray(optimizer.learning_rate)) == 0.25
        assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate"]
        schedule = framework.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        optimizer.learning_rate = schedule
        assert [v.name for v in optimizer.variables] == ["iteration"]
        with pytest.raises(TypeError):
            optimizer.learning_rate = 0.1
    for optimizer in both(learning_rate=lambda: 0.125):
        assert optimizer.learning_rate == 0.125


@pytest.mark.parametrize("name", OWN)
def test_serialization(name):
    ours, theirs = both(name, name="it")
    package = minikeras.optimizers
    assert package.serialize(ours) == keras.optimizers.serialize(theirs)
    for identifier in (name, name.lower(), package.serialize(ours), ours):
        assert type(package.get(identifier)) is type(ours)
    assert package.get(package.serialize(ours)).get_config() == theirs.get_config()


def test_get_refuses():
    for package in (minikeras.optimizers, keras.optimizers):
        assert package.get(None) is None
        for identifier in (3, "no_such_optimizer"):
            with pytest.raises(ValueError):
                package.get(identifier)


def test_state_is_saved_and_loaded():
    w, g = np.ones((2, 3), "float32"), np.full((2, 3), 0.5, "float32")
    ours, theirs = both("Adam")
    ours.apply([g], [Variable(w)])
    theirs.apply([g], [keras.Variable(w)])
    saved, expected = {}, {}
    ours.save_own_variables(saved)
    theirs.save_own_variables(expected)
    assert list(saved) == list(expected)
    for key in saved:
        np.testing.assert_array_equal(saved[key], expected[key])
    fresh = minikeras.optimizers.Adam()
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        fresh.load_own_variables(saved)
    fresh.build([Variable(w)])
    fresh.load_own_variables(saved)
    for a, b in zip(fresh.variables, ours.variables):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_stateless_apply_changes_nothing():
    variable, g = Variable(np.ones(3, "float32")), np.full(3, 0.5, "float32")
    optimizer, other = minikeras.optimizers.Adam(), minikeras.optimizers.Adam()
    optimizer.build([variable])
    state = [v.numpy() for v in optimizer.variables]
    weights, slots = optimizer.stateless_apply(state, [g], [variable.numpy()])
    np.testing.assert_array_equal(variable.numpy(), np.ones(3))
    assert int(optimizer.iterations) == 0
    moved = Variable(np.ones(3, "float32"))
    other.apply([g], [moved])
    np.testing.assert_array_equal(weights[0], moved.numpy())
    for a, b in zip(slots, other.variables):
        np.testing.assert_array_equal(a, b.numpy())


def test_a_rule_written_for_keras_runs():
    """Overriding ``build`` and ``update_step``, with a constructor of its own."""

    class Signs(minikeras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)

        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.counts = self.add_optimizer_variables(variables, "count")

        def update_step(self, gradient, variable, learning_rate):
            count = self.counts[self._get_variable_index(variable)]
            self.assign_add(count, np.ones(variable.shape))
            self.assign_sub(variable, np.sign(gradient.numpy()) * learning_rate.numpy())

    optimizer, w = Signs(clipvalue=1.0), Variable(np.zeros(2, "float32"), name="w")
    optimizer.apply([np.array([3, -2], "float32")], [w])
    np.testing.assert_array_equal(w.numpy(), [-0.5, 0.5])
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", "w_count"]
    assert optimizer.get_config()["clipvalue"] == 1.0


def test_a_step_on_paper():
    """``step`` is a pure function that needs no variables: Kingma & Ba's rule by hand."""
    w, g = np.array([1.0, -2.0]), np.array([0.5, 1.0])
    m, v = np.zeros(2), np.zeros(2)
    optimizer = minikeras.optimizers.Adam(epsilon=0.0)
    new_w, new_m, new_v = optimizer.step(w, g, np.float64(1), np.float64(0.1), m, v)
    np.testing.assert_allclose(new_w, w - 0.1 * np.sign(g), rtol=1e-6)
    np.testing.assert_allclose(new_m, 0.1 * g)
    np.testing.assert_allclose(new_v, 0.001 * g**2)
    assert not m.any() and not v.any() and w[0] == 1.0


def test_nadam_on_paper_agrees_with_apply():
    w, g = np.float32([1.0, -2.0]), np.float32([0.5, 1.0])
    variable = Variable(w, name="w")
    minikeras.optimizers.Nadam().apply([g], [variable])
    zeros = np.zeros(2, "float32")
    step = minikeras.optimizers.Nadam().step(w, g, np.float32(1), np.float32(0.001), zeros, zeros)
    np.testing.assert_array_equal(step[0], variable.numpy())
