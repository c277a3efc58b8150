"""Ops as nodes of the graph of symbolic calls."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

from minikeras import frames
from minikeras.autograd import operation_table
from minikeras.autograd.graph import KerasTensor, Operation, any_symbolic
from minikeras.declare import known, serialization
from minikeras.declare.names import to_snake_case


class OpOperation(Operation):
    """An op of ``keras.ops`` as a node: ``x + 1`` in a functional model.

    Its class has the name of Keras's: ``log_softmax`` → ``LogSoftmax``.

    fixed: the arguments that Keras gives to the constructor, and that stand in the config.
    """

    function: Callable[..., Any]

    def __init__(self, name: str | None = None, **fixed: Any) -> None:
        super().__init__(name)
        self.fixed = fixed

    @staticmethod
    def named(function: Any) -> type[OpOperation]:
        """The class of the nodes of one function."""
        if function not in _op_classes:
            entry = _entry(function)
            name = "".join(part.capitalize() for part in function.__name__.split("_") if part)
            members: dict[str, Any] = {"function": staticmethod(function)}
            if entry is not None:
                name = entry.class_name
                members["_keras_module"] = entry.module
            _op_classes[function] = type(name, (OpOperation,), members)
        return _op_classes[function]

    def call(self, *args: Any, **kwargs: Any) -> Any:
        if not self.fixed:
            return self.function(*args, **kwargs)
        signature = _signature(self.function)
        given = {**self.fixed, **kwargs}
        names = [name for name in signature.parameters if name not in self.fixed]
        for i, name in enumerate(names[: len(args)]):
            if signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                given[name] = args[i:]
                break
            given[name] = args[i]
        more = {name: given.pop(name) for name in {*given} - {*signature.parameters}}
        bound = inspect.BoundArguments(signature, given)
        return self.function(*bound.args, **bound.kwargs, **more)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # By the function: the class was made from it, and is found in no module.
        return _bare_operation, (type(self).function,), self.__getstate__()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, **serialization.serialize_dict(self.fixed)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**serialization.deserialize_keras_object(config))


def _entry(function: Any) -> operation_table.Entry | None:
    """What is known of an op, also by the primitive behind it: `_add` stands for `add`."""
    return operation_table.entries().get(function.__name__.lstrip("_"))


@functools.cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _without_fixed(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]:
    """The arguments of a node's constructor, then those of its call."""
    entry = _entry(function)
    if entry is None or not entry.fixed:
        return {}, args, kwargs
    bound = _signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    fixed: dict[str, Any] = {}
    positional: list[Any] = []
    for name, value in bound.arguments.items():
        kind = _signature(function).parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            fixed |= value
        elif name in entry.fixed:
            fixed[name] = value
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            positional += value
        else:
            positional.append(value)
    if any_symbolic(fixed):
        return {}, args, kwargs
    return {n: fixed[n] for n in entry.fixed if n in fixed}, tuple(positional), {}


_op_classes: dict[Any, type[OpOperation]] = {}


def _bare_operation(function: Any) -> OpOperation:
    return object.__new__(OpOperation.named(function))


def _op_class(name: str) -> type[OpOperation] | None:
    """The class of nodes that a config names, such as ``"LogSoftmax"``; None if it is no op's.

    Ops that call functions are no nodes: the config would say what they call, and how often.
    """
    entry = operation_table.by_class().get(name)
    snake = to_snake_case(name) if entry is None else entry.op
    function = None if snake in _CALL_FUNCTIONS else known.find_function("keras.ops", snake)
    return None if function is None else OpOperation.named(function)


_CALL_FUNCTIONS = {
    *("cond", "custom_gradient", "fori_loop", "map", "scan", "switch", "vectorized_map"),
    "while_loop",
}
known.finders["ops"] = _op_class


def symbolic_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Add the node of a call of an op; returns its outputs."""
    fixed, args, kwargs = _without_fixed(function, args, kwargs)
    return OpOperation.named(function)(**fixed).symbolic_call(*args, **kwargs)


def name_operation(error: Exception, name: str) -> None:
    """Begin the message of an error with the operation's name, unless it begins with one.

    An error that holds other arguments than a message stays as it is.
    """
    name, text = name.lstrip("_"), str(error)
    if type(error) not in (ValueError, TypeError, IndexError) or error.args != (text,):
        return
    if not re.match(rf"\w+: |{name}\b", text):
        error.args = (f"{name}: {text}",)


def operation(function: Callable[..., Any]) -> Any:
    """Make a composed function one node of the graph when it is called with KerasTensors."""

    @functools.wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        try:
            for x in args:
                cls = type(x)
                if cls is KerasTensor or (
                    (cls is list or cls is tuple or cls is dict) and any_symbolic(x)
                ):
                    return symbolic_call(public, args, kwargs)
            if kwargs and any_symbolic(kwargs):
                return symbolic_call(public, args, kwargs)
            return function(*args, **kwargs)
        except Exception as error:
            name_operation(error, function.__name__)
            frames.shorten(error)
            raise

    return public
