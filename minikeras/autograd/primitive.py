"""How an operation is declared.

A declaration is up to four pure functions on plain arrays:

    forward(*tensors, **static)         -> y            the map
    shape(*shapes, **static)            -> shape        the shape of y, from those of the inputs
    vjp(dy, y, *tensors, **static)      -> (dx, ...)    the transposed derivative
    compiled twins of forward and vjp                   the same up to rounding, faster

Positional parameters are tensors and may receive gradients.  Keyword-only parameters are static.
There is no context object: a vjp computes what it needs from ``y``, the inputs and the statics.
Instead of an array a vjp may return a function without arguments.  It is called only if that
gradient is needed.

A vjp calls other operations by ``op.compute``, which gives arrays for arrays.  In second
derivatives its arguments are tensors, and ``compute`` then gives recorded tensors.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, frames, settings, shapes, twins
from minikeras.autograd import graph, op_nodes
from minikeras.autograd.conversion import array_of, as_tensor, dtype_of, kind_of, readable, shape_of
from minikeras.autograd.listeners import Observe, OpCall, recording
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.autograd.variable import Variable, scopes
from minikeras.types import Shape

_settings = settings._settings
_Rule = Callable[..., Any]

registry: dict[str, Primitive] = {}  # every declared operation, by name


class Primitive:
    """A declared operation: callable with tensors, arrays, numbers, variables and symbols."""

    __name__: str
    has_nameless_gradient = False  # TensorFlow's gradient operations bear no layer's name

    def __init__(
        self,
        forward: _Rule,
        *,
        dtype: _Rule = dtypes.promote,
        out: Any = None,
        shape: _Rule | None = None,
        broadcasts: bool = False,
        constant: bool = False,
        passes: bool = False,
        converts_first: bool = False,
    ) -> None:
        functools.update_wrapper(self, forward)
        self.forward, self.dtype, self.out = forward, dtype, out
        self.broadcasts, self.constant, self.passes = broadcasts, constant, passes
        self.converts_first = converts_first
        self.shape_rule = shape or (_broadcast_shape if broadcasts else None)
        self.vjp_rule: _Rule | None = None
        self.twin: str | None = None
        self.twin_rules: list[str] = []
        self._dtypes = _Dtypes(dtype)
        registry[self.__name__] = self

    # Declaring

    def shape(self, rule: _Rule) -> _Rule:
        self.shape_rule = _same_parameters(self, rule, extra=0)
        return rule

    def vjp(self, rule: _Rule) -> _Rule:
        self.vjp_rule = _same_parameters(self, rule, extra=2)
        return rule

    def fast(
        self, module: str, *, rules: str = "forward vjp", when: Callable[..., bool] = twins.always
    ) -> None:
        """Run the twins of ``rules``, named as these are, in ``module`` where ``when`` holds."""
        self.twin, self.twin_rules, self.when = module, rules.split(), when

    @functools.cached_property
    def _twins(self) -> tuple[_Rule, _Rule | None]:
        name, forward, vjp = self.__name__, self.forward, self.vjp_rule
        if "forward" in self.twin_rules:
            forward = twins.import_twin(f"{self.twin}:{name}", wanted_by=name)
        if "vjp" in self.twin_rules:
            vjp = twins.import_twin(f"{self.twin}:{name}_vjp", wanted_by=name)
        return forward, vjp

    def rules(self, arrays: list[Any], static: dict[str, Any]) -> tuple[_Rule, Any]:
        """The forward map and the vjp for these arrays: the compiled twins if they apply."""
        if self.twin and _settings["kernels"] == "fast" and self.when(*arrays, **static):
            return self._twins
        return self.forward, self.vjp_rule

    # Calling

    def __call__(self, *inputs: Any, **static: Any) -> Any:
        try:
            if static and not self._tensors.keys().isdisjoint(static):
                inputs, static = self._by_position(inputs, static)
            given = inputs  # the node of a graph keeps them
            if self.converts_first:
                inputs = tuple(map(_converted, inputs))
            arrays, kinds = [], []
            for x in inputs:
                cls = type(x)
                if cls is Tensor:
                    x = x._value
                    kinds.append(x.dtype)
                elif cls is np.ndarray:
                    kinds.append(x.dtype)
                elif cls is float or cls is int or cls is bool:
                    kinds.append(cls)
                elif cls is Variable and scopes.stateless is None and scopes.autocast is None:
                    x = x._value
                    kinds.append(x.dtype)
                else:
                    return self._call_unusual(given, static)
                arrays.append(x)
            return self._run(inputs, arrays, kinds, static)
        except Exception as error:
            op_nodes.name_operation(error, self.__name__)
            frames.shorten(error)
            raise

    def _misfit(self, arrays: list[Any], static: dict[str, Any]) -> ValueError | None:
        """What the shape rule says of shapes that do not fit, in better words than NumPy's."""
        try:
            if self.shape_rule is not None:
                self.shape_rule(*map(shape_of, arrays), **static)
        except ValueError as error:
            return error
        return None

    @functools.cached_property
    def _tensors(self) -> dict[str, None]:
        code = inspect.unwrap(self.forward).__code__
        return dict.fromkeys(code.co_varnames[: code.co_argcount])

    def _by_position(
        self, inputs: tuple[Any, ...], static: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """``maximum(x1=a, x2=b)`` as ``maximum(a, b)``."""
        later = [name for name in [*self._tensors][len(inputs) :] if name in static]
        tensors = tuple(static[name] for name in later)
        return (*inputs, *tensors), {k: v for k, v in static.items() if k not in later}

    def _run(
        self, inputs: tuple[Any, ...], arrays: list[Any], kinds: list[Any], static: dict[str, Any]
    ) -> Any:
        dtype = self._dtypes[_settings["floatx"], *kinds]
        for i, kind in enumerate(kinds):
            if kind is not dtype and (dtype is not None or type(kind) is type):
                inputs = _convert(inputs, arrays, i, dtype)
        try:
            y = self.rules(arrays, static)[0](*arrays, **static)
        except ValueError as error:
            raise self._misfit(arrays, static) or error from None
        if type(y) is np.ndarray:
            output: Any = Tensor(y)
        elif type(y) is tuple:
            output = tuple([Tensor(np.asarray(part)) for part in y])
        else:
            output = Tensor(np.asarray(y))
        if listeners := recording.listeners:
            call = OpCall(self, inputs, arrays, static, output)
            for listener in listeners:
                listener.on_operation(call)
        return output

    def _call_unusual(self, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """Variables, numbers of other libraries, nested lists; symbols."""
        for x in inputs:
            if isinstance(x, graph.KerasTensor):
                return op_nodes.symbolic_call(self, inputs, static)
            if isinstance(x, graph.Symbol):
                return self.abstract(inputs, static)
        if self.converts_first:
            inputs = tuple(map(_converted, inputs))
        plain = tuple(map(readable, inputs))
        arrays = [array_of(x) if isinstance(x, Tensor | Variable) else x for x in plain]
        return self._run(plain, arrays, [*map(kind_of, arrays)], static)

    def compute(self, *inputs: Any, **static: Any) -> Any:
        """The operation as vjps use it: arrays for arrays, a recorded tensor for tensors."""
        if any(isinstance(x, Tensor | Variable) for x in inputs):
            return self(*inputs, **static)
        arrays, kinds = [*inputs], [*map(kind_of, inputs)]
        dtype = self._dtypes[_settings["floatx"], *kinds]
        for i, kind in enumerate(kinds):
            if kind is not dtype and (dtype is not None or type(kind) is type):
                arrays[i] = as_tensor(arrays[i], dtype)._value
        y = self.rules(arrays, static)[0](*arrays, **static)
        return y if type(y) is np.ndarray or type(y) is tuple else np.asarray(y)

    def abstract(self, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """The symbol of the output: what ``shape`` and the dtype rules promise."""
        output = self._promised(inputs, static)
        if recording.on_symbols is not None:
            recording.on_symbols(self, inputs, static, output)
        return output

    def _promised(self, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        if self.shape_rule is None:
            raise NotImplementedError(f"{self.__name__} has no shape rule")
        if self.converts_first:
            inputs = tuple(map(_converted, inputs))
        kinds = [type(x) if isinstance(x, bool | int | float) else dtype_of(x) for x in inputs]
        dtype: Any = self.dtype(*kinds)
        if self.out is not None:
            dtype = self.out(*kinds, **static) if callable(self.out) else self.out
        elif dtype is None:
            dtype = kinds[0]
        shape = self.shape_rule(*map(shape_of, inputs), **static)
        if isinstance(shape, list):
            every = dtype if isinstance(dtype, list | tuple) else [dtype] * len(shape)
            return tuple(graph.Symbol(s, d) for s, d in zip(shape, every, strict=True))
        return graph.Symbol(shape, dtype)

    # Differentiating

    def pullback(
        self,
        dy: Any,
        y: Any,
        inputs: list[Any],
        static: dict[str, Any],
        needed: list[bool],
        observe: Observe,
    ) -> list[Any]:
        """``Differentiable.pullback``.  Compiled twins take arrays only."""
        on_tensors = type(dy[0] if type(dy) is tuple else dy) is Tensor
        rule = self.vjp_rule if on_tensors else self.rules(inputs, static)[1]
        if rule is None:
            raise NotImplementedError(f"{self.__name__} has no gradient")
        dxs = observe(rule)(dy, y, *inputs, **static)
        if type(dxs) is not tuple:
            dxs = (dxs,)
        return [
            self._fit(dx, x, on_tensors, observe) if need and dx is not None else None
            for dx, x, need in zip(dxs, inputs, needed, strict=True)
        ]

    def terms(
        self, dy: Any, y: Any, inputs: list[Any], static: dict[str, Any], observe: Observe
    ) -> tuple[Any, ...] | None:
        """``Differentiable.terms``; only compiled twins have them, in float32."""
        if "terms" not in self.twin_rules or inputs[0].dtype != np.float32:
            return None
        if self.rules(inputs, static)[1] is self.vjp_rule:
            return None
        rule = twins.import_twin(f"{self.twin}:{self.__name__}_terms", wanted_by=self.__name__)
        found: tuple[Any, ...] = observe(rule)(dy, y, *inputs, **static)
        return found

    def _fit(self, dx: Any, x: Any, on_tensors: bool, observe: Observe) -> Any:
        """The cotangent of ``x``, from what the vjp returned for it."""
        if callable(dx):
            dx = dx()
        if type(dx) is Tensor and not on_tensors:
            dx = observe(array_of)(dx)
        shape = x.shape if hasattr(x, "shape") else np.shape(x)
        if dx.shape == shape:
            return dx
        if not self.broadcasts:
            raise ValueError(
                f"{self.__name__}: gradient of shape {dx.shape} for an input of shape {shape}"
            )
        return unbroadcast(dx, shape, observe)

    def __reduce__(self) -> str:
        return self.__name__  # a copy is this very object; pickles hold its module and name

    def __repr__(self) -> str:
        return f"<op {self.__name__}>"


def primitive(**options: Any) -> Callable[[_Rule], Primitive]:
    """Declare an operation; options as in ``Primitive.__init__``."""
    return lambda forward: Primitive(forward, **options)


def elementwise(**options: Any) -> Callable[[_Rule], Primitive]:
    """Declare an operation on corresponding elements; its inputs broadcast."""
    return primitive(broadcasts=True, **options)


def unobserved(function: _Rule) -> _Rule:
    """The ``observe`` of a backward pass that nobody observes."""
    return function


def unbroadcast(dx: Any, shape: Shape, observe: Observe = unobserved) -> Any:
    """The sum over the axes along which broadcasting repeated an input of ``shape``."""
    extra = len(dx.shape) - len(shape)
    repeated = (i + extra for i, n in enumerate(shape) if n == 1 != dx.shape[i + extra])
    axes = (*range(extra), *repeated)
    if axes:
        how = {"axis": axes, "keepdims": False}
        add = engine_ops.sum if type(dx) is Tensor else engine_ops.sum.rules([dx], how)[0]
        dx = observe(add)(dx, **how)
    return observe(_reshaped)(dx, shape=shape)


def _reshaped(x: Any, *, shape: Shape) -> Any:
    return x.reshape(shape)


class _Dtypes(dict[tuple[Any, ...], Any]):
    """In which dtype an operation computes, by ``floatx`` and the dtypes of its inputs."""

    def __init__(self, rule: _Rule) -> None:
        self.rule = rule

    def __missing__(self, key: tuple[Any, ...]) -> Any:
        kinds = key[1:]
        if (
            len(kinds) == 1 and kinds[0] is float
        ):  # only where two values meet does a Python number adapt
            kinds = (np.dtype("float32"),)
        self[key] = dtype = self.rule(*kinds)
        return dtype


def _converted(x: Any) -> Any:
    """A Python number as a tensor of float32, int32 or bool."""
    return Tensor(np.asarray(x, _CONVERTED[type(x)])) if type(x) in _CONVERTED else x


_CONVERTED = {float: np.float32, int: np.int32, bool: np.bool_}


def _convert(inputs: tuple[Any, ...], arrays: list[Any], i: int, dtype: Any) -> tuple[Any, ...]:
    """Bring input ``i`` to the dtype of the computation; tensors by a recorded cast."""
    x = inputs[i]
    if dtype is not None and isinstance(x, Tensor | Variable):
        x = engine_ops.cast(x, dtype=dtype)
        inputs = (*inputs[:i], x, *inputs[i + 1 :])
        arrays[i] = x._value
    else:
        arrays[i] = as_tensor(x, dtype)._value
    return inputs


def _broadcast_shape(*shapes_: Shape, **static: Any) -> Shape:
    return shapes.broadcast(*shapes_)


def _same_parameters(op: Primitive, rule: _Rule, extra: int) -> _Rule:
    """The rule; TypeError at once if its parameters are not those of the forward function.

    ``**static`` stands for static ones that the rule ignores or hands on.
    """
    declared, given = _parameters(op.forward), _parameters(rule)[extra:]
    expected = declared
    if inspect.unwrap(rule).__code__.co_flags & inspect.CO_VARKEYWORDS:
        expected = tuple(p for p in declared if p in op._tensors or p in given)
    if given != expected:
        name = getattr(rule, "__name__", rule)
        raise TypeError(f"{name} takes {given}, but {op.__name__} takes {declared}")
    return rule


def _parameters(function: _Rule) -> tuple[str, ...]:
    # inspect.signature says the same, but takes a third of the time of `import minikeras`.
    code = inspect.unwrap(function).__code__
    variadic = bool(code.co_flags & inspect.CO_VARARGS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + variadic]
