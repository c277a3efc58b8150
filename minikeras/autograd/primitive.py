"""How an operation is declared.

A declaration is up to four pure functions on plain arrays:

    forward(*tensors, **static)         -> y            what is computed
    shape(*shapes, **static)            -> shape        what is promised
    vjp(dy, y, *tensors, **static)      -> (dx, ...)    the transposed derivative
    fast twins of forward and vjp                       the same, compiled

Positional parameters are tensors and may receive gradients; keyword-only parameters are
static.  There is no context object: whatever a vjp needs, it recomputes from ``y``, the
inputs and the statics.  In place of an array a vjp may return a function without
arguments: it is called only where that gradient is wanted.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, settings, shapes, twins
from minikeras.autograd import graph
from minikeras.autograd.tensor import Symbol, Tensor, recording
from minikeras.autograd.variable import Variable, scopes
from minikeras.types import Array, Shape

registry: dict[str, Primitive] = {}

_settings = settings._settings
_Rule = Callable[..., Any]


class Primitive:
    """A declared operation: callable with tensors, arrays, numbers, variables and symbols."""

    __name__: str
    cast: _Rule  # installed by ops: the recorded change of dtype
    fold: _Rule  # installed by ops: the sum over axes, in the order of addition of `ops.sum`

    def __init__(
        self,
        forward: _Rule,
        *,
        dtype: _Rule = dtypes.promote,
        out: Any = None,
        shape: _Rule | None = None,
        broadcasts: bool = False,
        constant: bool = False,
    ) -> None:
        functools.update_wrapper(self, forward)
        self.forward, self.dtype, self.out = forward, dtype, out
        self.broadcasts, self.constant = broadcasts, constant
        self.shape_rule = shape or (_broadcast_shape if broadcasts else None)
        self.vjp_rule: _Rule | None = None
        self.twin: str | None = None
        self.twin_rules: list[str] = []
        self._dtypes: dict[tuple[Any, ...], np.dtype[Any] | None] = {}
        registry[self.__name__] = self

    # Declaring

    def shape(self, rule: _Rule) -> _Rule:
        self.shape_rule = _same_parameters(self, rule, extra=0)
        return rule

    def vjp(self, rule: _Rule) -> _Rule:
        self.vjp_rule = _same_parameters(self, rule, extra=2)
        return rule

    def fast(
        self,
        module: str,
        *,
        rules: str = "forward vjp",
        when: Callable[..., bool] = twins.always,
    ) -> None:
        """Run the twins of ``rules``, named as these are, in ``module`` where ``when`` holds."""
        self.twin, self.twin_rules, self.when = module, rules.split(), when

    @functools.cached_property
    def _twins(self) -> tuple[_Rule, _Rule | None]:
        name, forward, vjp = self.__name__, self.forward, self.vjp_rule
        if "forward" in self.twin_rules:
            forward = twins.load(f"{self.twin}:{name}", wanted_by=name)
        if "vjp" in self.twin_rules:
            vjp = twins.load(f"{self.twin}:{name}_vjp", wanted_by=name)
        return forward, vjp

    def _kernels(self, arrays: list[Any], static: dict[str, Any]) -> tuple[_Rule, Any]:
        if self.twin and _settings["kernels"] == "fast" and self.when(*arrays, **static):
            return self._twins
        return self.forward, self.vjp_rule

    # Calling

    def __call__(self, *inputs: Any, **static: Any) -> Any:
        if static and not self._tensors.keys().isdisjoint(static):
            inputs, static = self._by_position(inputs, static)
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
            else:
                return self._call_unusual(inputs, static)
            arrays.append(x)
        return self._run(inputs, arrays, kinds, static)

    @functools.cached_property
    def _tensors(self) -> dict[str, None]:
        parameters = inspect.signature(self.forward).parameters.values()
        return dict.fromkeys(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)

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
        key = (_settings["floatx"], *kinds)
        try:
            dtype = self._dtypes[key]
        except KeyError:
            dtype = self._dtypes[key] = self.dtype(*kinds)
        for i, kind in enumerate(kinds):
            if kind is not dtype and (dtype is not None or type(kind) is type):
                inputs = self._convert(inputs, arrays, i, dtype)
        y = self._kernels(arrays, static)[0](*arrays, **static)
        output: Any
        if type(y) is np.ndarray:
            output = Tensor(y)
        elif type(y) is tuple:
            output = tuple([Tensor(np.asarray(part)) for part in y])
        else:
            output = Tensor(np.asarray(y))
        if recording.tapes:
            record = (self, inputs, arrays, static, output)
            for tape in recording.tapes:
                tape._record(record)
        return output

    def _convert(
        self, inputs: tuple[Any, ...], arrays: list[Any], i: int, dtype: np.dtype[Any] | None
    ) -> tuple[Any, ...]:
        """Bring input ``i`` to the dtype of the computation; tensors by a recorded cast."""
        x = inputs[i]
        if dtype is None:
            arrays[i] = as_tensor(x)._value
        elif type(x) is Tensor or isinstance(x, Variable):
            x = Primitive.cast(x, dtype)
            arrays[i] = x._value
            inputs = (*inputs[:i], x, *inputs[i + 1 :])
        else:
            arrays[i] = np.asarray(x, dtype)
        return inputs

    def _call_unusual(self, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """Variables, numbers of other libraries, nested lists; symbols."""
        arrays, kinds, plain = [], [], []
        for x in inputs:
            if isinstance(x, graph.KerasTensor):
                return graph.symbolic_call(self, inputs, static)
            if isinstance(x, Symbol):
                return self.abstract(inputs, static)
        for x in inputs:
            if isinstance(x, Variable):
                if scopes.stateless is not None:
                    x = scopes.stateless.source(x)
                array = x._read() if isinstance(x, Variable) else x._value
            elif isinstance(x, Tensor):
                array = x._value
            elif not isinstance(x, np.ndarray | bool | int | float) or isinstance(x, np.generic):
                x = as_tensor(x)
                array = x._value
            else:
                array = x
            plain.append(x)
            arrays.append(array)
            kinds.append(type(array) if isinstance(array, bool | int | float) else array.dtype)
        return self._run(tuple(plain), arrays, kinds, static)

    def abstract(self, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """The symbol of the output: what ``shape`` and the dtype rules promise."""
        if self.shape_rule is None:
            raise NotImplementedError(f"{self.__name__} has no shape rule")
        kinds = [type(x) if isinstance(x, bool | int | float) else dtype_of(x) for x in inputs]
        dtype: Any = self.dtype(*kinds)
        if self.out is not None:
            dtype = self.out(*kinds, **static) if callable(self.out) else self.out
        elif dtype is None:
            dtype = kinds[0]
        shape = self.shape_rule(*map(shape_of, inputs), **static)
        if isinstance(shape, list):
            every = dtype if isinstance(dtype, list | tuple) else [dtype] * len(shape)
            return tuple(Symbol(s, d) for s, d in zip(shape, every, strict=True))
        return Symbol(shape, dtype)

    # Differentiating

    def pullback(
        self,
        dy: Any,
        y: Any,
        inputs: list[Any],
        static: dict[str, Any],
        needed: list[bool],
        reference: bool = False,
    ) -> list[Any]:
        """The cotangent of each input that needs one, from that of the output."""
        rule = self.vjp_rule if reference else self._kernels(inputs, static)[1]
        if rule is None:
            raise NotImplementedError(f"{self.__name__} has no gradient")
        dxs = rule(dy, y, *inputs, **static)
        if type(dxs) is not tuple:
            dxs = (dxs,)
        return [
            self._fit(dx, x, reference) if need and dx is not None else None
            for dx, x, need in zip(dxs, inputs, needed, strict=True)
        ]

    def _fit(self, dx: Any, x: Any, on_tensors: bool) -> Any:
        """The derivative of broadcasting is summation; apply it here, once, for every op."""
        if callable(dx):
            dx = dx()
        if not on_tensors and type(dx) is Tensor:
            dx = dx._value
        shape = np.shape(x) if not isinstance(x, Tensor | Variable) else x.shape
        if dx.shape != shape:
            if not self.broadcasts:
                raise ValueError(
                    f"{self.__name__}: gradient of shape {dx.shape} for an input of shape {shape}"
                )
            dx = unbroadcast(dx, shape)
        return dx

    def __repr__(self) -> str:
        return f"<op {self.__name__}>"


def primitive(**options: Any) -> Callable[[_Rule], Primitive]:
    """Declare an operation; options as in ``Primitive.__init__``."""
    return lambda forward: Primitive(forward, **options)


def elementwise(**options: Any) -> Callable[[_Rule], Primitive]:
    """Declare an operation on corresponding elements; its inputs broadcast."""
    return primitive(broadcasts=True, **options)


def unbroadcast(dx: Any, shape: Shape) -> Any:
    """Sum over the axes along which an input of ``shape`` was stretched."""
    extra = len(dx.shape) - len(shape)
    stretched = tuple(i + extra for i, n in enumerate(shape) if n == 1 != dx.shape[i + extra])
    folded = Primitive.fold(dx, (*range(extra), *stretched)) if extra or stretched else dx
    return folded.reshape(shape)


def _broadcast_shape(*shapes_: Shape, **static: Any) -> Shape:
    return shapes.broadcast(*shapes_)


def as_tensor(x: Any, dtype: Any = None) -> Tensor:
    """A tensor of any value; lists of Python numbers become int32 or ``floatx``."""
    if dtype is None and not hasattr(x, "dtype"):
        kind = np.asarray(x).dtype
        dtype = {"i": np.dtype("int32"), "f": dtypes.of(None)}.get(kind.kind, kind)
    elif dtype is None and type(x).__module__.partition(".")[0] not in ("numpy", "minikeras"):
        dtype = dtypes.of(x.dtype)
    return Tensor(np.asarray(x, dtype))


def dtype_of(x: Any) -> np.dtype[Any]:
    found = getattr(x, "dtype", None)
    return as_tensor(x).dtype if found is None else dtypes.of(found)


def shape_of(x: Any) -> Shape:
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def _same_parameters(op: Primitive, rule: _Rule, extra: int) -> _Rule:
    """Fail at import, not at the first backward pass."""
    declared, given = _parameters(op.forward), _parameters(rule)[extra:]
    if given != declared:
        name = getattr(rule, "__name__", rule)
        raise TypeError(f"{name} takes {given}, but {op.__name__} takes {declared}")
    return rule


def _parameters(function: _Rule) -> tuple[str, ...]:
    # inspect.signature says the same, but takes a third of the time of `import minikeras`.
    code = inspect.unwrap(function).__code__
    variadic = bool(code.co_flags & inspect.CO_VARARGS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + variadic]


def array_of(x: Any) -> Array:
    """The array behind a tensor, variable or value; not to be written to."""
    if type(x) is Tensor:
        return x._value
    return x._read() if isinstance(x, Variable) else as_tensor(x)._value


@primitive(dtype=dtypes.separate, constant=True)
def stop_gradient(variable: Array) -> Array:
    """y = x, and no derivative flows back: dx is None."""
    return variable


@stop_gradient.shape
def stop_gradient_shape(variable: Shape) -> Shape:
    return variable
