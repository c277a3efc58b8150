"""What error messages say: short values, names of layers and ops, and what to write instead."""

import inspect
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras.messages import describe
from minikeras.ops.declarations import names_of
from parity_tests.misuse.model import IMAGES, X

pytestmark = pytest.mark.filterwarnings("ignore")
layers, ops, Input = minikeras.layers, minikeras.ops, minikeras.Input

LONGEST = 600
LARGE = (np.full((100, 100), 0.12345), [[0.12345] * 4 for _ in range(300)])
MODULES = [
    *("layers", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints"),
    *("callbacks", "models", "activations", "utils", "random", "saving", "dtype_policies"),
]

# Callables that the net leaves out, and why.
LEFT_OUT = {
    "while_loop": "a loop on an array that is always true does not end",
}


def raised(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Exception | None:
    try:
        function(*args, **kwargs)
    except Exception as error:
        return error
    return None


def texts(error: BaseException | None) -> Iterator[str]:
    """All that a traceback says in words of an error and of those before it."""
    while error is not None:
        yield "".join(traceback.format_exception_only(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def parameters(function: Any) -> list[inspect.Parameter]:
    try:
        signature = inspect.signature(function)
    except ValueError:  # exceptions and the like, which are written in C
        return []
    return [p for p in signature.parameters.values() if p.kind != p.VAR_POSITIONAL]


def public() -> dict[str, Any]:
    found = {
        f"{module}.{name}": getattr(getattr(minikeras, module), name)
        for module in MODULES
        for name in dir(getattr(minikeras, module))
        if name[0] != "_"
    }
    found |= {name: getattr(minikeras, name) for name in minikeras.__all__}
    return {k: f for k, f in found.items() if callable(f)}


def calls_with_a_large_argument(function: Any) -> Iterator[dict[str, Any]]:
    """Each argument in turn is large; other required ones are 2."""
    given = parameters(function)
    required = [p.name for p in given if p.default is p.empty and p.kind != p.VAR_KEYWORD]
    for p in given:
        name = "nonsense" if p.kind == p.VAR_KEYWORD else p.name
        for value in LARGE:
            yield dict.fromkeys(required, 2) | {name: value}


@pytest.mark.parametrize("place", [*MODULES, "ops", ""])
def test_messages_hold_no_data(place: str) -> None:
    if place == "ops":
        functions = {n: f for n, f in names_of("ops").items() if n not in LEFT_OUT}
    else:
        functions = {n: f for n, f in public().items() if n.rpartition(".")[0] == place}
    calls, long = 0, {}
    for name, function in functions.items():
        for arguments in calls_with_a_large_argument(function):
            calls += 1
            for text in texts(raised(lambda f=function, a=arguments: f(**a))):
                if len(text) > LONGEST:
                    large = [k for k, v in arguments.items() if isinstance(v, list | np.ndarray)]
                    long[f"{name}({large})"] = text[:100]
    assert calls and not long


@pytest.mark.parametrize("kind", ["layer", "model", "loss", "metric"])
def test_calls_with_large_lists_hold_no_data(kind: str) -> None:
    model = minikeras.Sequential([Input((7,)), layers.Dense(1)])
    callee = {
        "layer": layers.Dense(3),
        "model": model,
        "loss": lambda x: minikeras.losses.MeanSquaredError()(x, X),
        "metric": lambda x: minikeras.metrics.Accuracy()(x, X),
    }[kind]
    for value in LARGE:
        error = raised(callee, value)
        assert all(len(text) <= LONGEST for text in texts(error))


def test_descriptions() -> None:
    assert describe(3) == "3" and describe("ten") == "'ten'" and describe(None) == "None"
    assert describe([1, (2, 3)]) == "[1, (2, 3)]" and describe({"a": (1,)}) == "{'a': (1,)}"
    assert describe(np.float32(0.5)) == "0.5"
    assert describe(X) == "ndarray of shape (6, 4) and dtype float32"
    assert describe([X, 1]) == "[ndarray of shape (6, 4) and dtype float32, 1]"
    assert describe(LARGE[1]) == "list of 300 × 4 elements (the first is of type float)"
    assert len(describe("word " * 1000)) < 130
    assert describe(Input((4,))) == "KerasTensor of shape (None, 4) and dtype float32"


# Messages: (function, error, words)


def _disconnected() -> Any:
    a, b = Input((4,), name="a"), Input((4,), name="b")
    return minikeras.Model(a, layers.Dense(2, name="head")(b))


MESSAGES: dict[str, tuple[Callable[[], Any], type[Exception], tuple[str, ...]]] = {
    "Add": (
        lambda: layers.Add(name="sum")([Input((3,)), Input((4,))]),
        ValueError,
        ("Add layer 'sum'", "(3,) and (4,)", "equal or one of them 1"),
    ),
    "disconnected": (_disconnected, ValueError, ("'head'", "Input 'b'", "'a'", "`inputs`")),
    "channel axis": (
        lambda: layers.Conv2D(2, 3)(Input((28, 28))),
        ValueError,
        ("channel axis", "x[..., None]"),
    ),
    "batch axis of an image": (
        lambda: layers.Conv2D(2, 3)(np.ones((28, 28, 1))),
        ValueError,
        ("batch axis", "x[None]"),
    ),
    "batch axis": (lambda: layers.Dense(2)(X[0]), ValueError, ("batch axis", "x[None]")),
    "kernel above the image": (
        lambda: layers.Conv2D(2, 9)(IMAGES),
        ValueError,
        ("(9, 9)", "(8, 8)", "padding='same'"),
    ),
    "Input without comma": (lambda: Input((5)), ValueError, ("5", "(5,)")),  # noqa: UP034  # the mistake
    "input_shape without comma": (lambda: layers.Dense(3, input_shape=5), ValueError, ("(5,)",)),
    "keyword": (lambda: layers.Dense(3, unit=4), ValueError, ("unit=4", "'units'")),
    "old keyword": (
        lambda: minikeras.optimizers.Adam(lr=0.1),
        ValueError,
        ("lr=0.1", "'learning_rate'"),
    ),
    "keyword of a loss": (
        lambda: minikeras.losses.MeanSquaredError(reductio="sum"),
        TypeError,
        ("'reductio'", "'reduction'"),
    ),
    "units text": (lambda: layers.Dense("10"), ValueError, ("units", "'10'")),
    "units float": (lambda: layers.Dense(10.0), ValueError, ("units", "10.0", "integer")),
    "rate text": (lambda: layers.Dropout("0.5"), TypeError, ("rate", "'0.5'", "between 0 and 1")),
    "layers without list": (
        lambda: minikeras.Sequential(layers.Dense(1), layers.Dense(2)),
        ValueError,
        ("list of layers", "[a, b]"),
    ),
    "one layer without list": (
        lambda: minikeras.Sequential(layers.Dense(1)),
        TypeError,
        ("list of layers",),
    ),
    "class in Sequential": (
        lambda: minikeras.Sequential([layers.Flatten]),
        ValueError,
        ("Flatten(...)",),
    ),
    "class called with a tensor": (
        lambda: layers.Flatten(Input((4, 4))),
        ValueError,
        ("Flatten(...)(x)", "(None, 4, 4)"),
    ),
    "class called with an array": (lambda: layers.ReLU(X), ValueError, ("ReLU(...)(x)", "(6, 4)")),
    "layer for a tensor": (
        lambda: layers.Dense(3)(layers.Dense(4, name="other")),
        ValueError,
        ("other", "call it"),
    ),
    "layer for a tensor of an op": (
        lambda: ops.add(layers.Dense(4, name="other"), 1),
        ValueError,
        ("add", "other", "call it"),
    ),
    "lists": (lambda: layers.Dense(3)(LARGE[1]), ValueError, ("300 × 4", "np.array")),
    "lists of different lengths": (
        lambda: ops.convert_to_tensor([[1, 2], [3]]),
        ValueError,
        ("different lengths",),
    ),
    "text": (lambda: layers.Dense(3)(np.array([["a"]])), ValueError, ("<U1", "encode text")),
    "text of an op": (lambda: ops.add("a", 1), ValueError, ("add", "'a'", "encode text")),
    "NumPy on a KerasTensor": (lambda: np.exp(Input((4,))), ValueError, ("keras.ops.exp",)),
    "NumPy's sum": (lambda: np.sum(Input((4,))), ValueError, ("keras.ops.sum",)),
    "broadcasting": (
        lambda: ops.multiply(np.ones((32, 3)), np.ones((32, 2))),
        ValueError,
        ("multiply", "(32, 3) and (32, 2)", "3 and 2 meet"),
    ),
    "broadcast_to": (
        lambda: ops.broadcast_to(np.ones((2, 3)), (4,)),
        ValueError,
        ("broadcast_to", "(2, 3)", "(4,)"),
    ),
    "take": (lambda: ops.take(X, 9, axis=0), IndexError, ("take", "9", "6")),
    "get_layer": (
        lambda: minikeras.Sequential([layers.Dense(1, name="hidden")]).get_layer("hiden"),
        ValueError,
        ("'hiden'", "'hidden'"),
    ),
    "name of a weight": (
        lambda: layers.Layer().add_weight("kernel", (3,)),
        ValueError,
        ("name='kernel'",),
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name: str) -> None:
    function, kind, words = MESSAGES[name]
    error = raised(function)
    assert type(error) is kind
    missing = [word for word in words if word not in str(error)]
    assert not missing, str(error)
    assert "operands could not be broadcast" not in str(error)


def test_text_in_a_data_frame_names_its_column() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"height": [1.0, 2.0], "color": ["red", "blue"]})
    error = raised(layers.Dense(3), frame)
    assert type(error) is ValueError and "'color'" in str(error)
