"""ONNX for operations on corresponding elements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.export.graph import OnnxGraph
from minikeras.export.rules import Typed, rule, rules, same

_SAME = {
    "_add": "Add",
    "_round": "Round",
    "_sigmoid": "Sigmoid",
    "_where": "Where",
    "absolute": "Abs",
    "arccos": "Acos",
    "arccosh": "Acosh",
    "arcsin": "Asin",
    "arcsinh": "Asinh",
    "arctan": "Atan",
    "arctanh": "Atanh",
    "bias_add": "Add",
    "bitwise_and": "BitwiseAnd",
    "bitwise_invert": "BitwiseNot",
    "bitwise_or": "BitwiseOr",
    "bitwise_xor": "BitwiseXor",
    "ceil": "Ceil",
    "copy": "Identity",
    "cos": "Cos",
    "cosh": "Cosh",
    "divide": "Div",
    "equal": "Equal",
    "erf": "Erf",
    "exp": "Exp",
    "floor": "Floor",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "isinf": "IsInf",
    "isnan": "IsNaN",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "log": "Log",
    "logical_and": "And",
    "logical_not": "Not",
    "logical_or": "Or",
    "logical_xor": "Xor",
    "maximum": "Max",
    "minimum": "Min",
    "multiply": "Mul",
    "negative": "Neg",
    "power": "Pow",
    "reciprocal": "Reciprocal",
    "relu": "Relu",
    "selu": "Selu",
    "sign": "Sign",
    "sin": "Sin",
    "sinh": "Sinh",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "sqrt": "Sqrt",
    "stop_gradient": "Identity",
    "subtract": "Sub",
    "tan": "Tan",
    "tanh": "Tanh",
}
rules.update({name: same(kind) for name, kind in _SAME.items()})
rules["selu"] = same("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805)
rules["hard_sigmoid"] = same("HardSigmoid", alpha=1 / 6, beta=0.5)
rules["_hard_silu"] = same("HardSwish")
rules["_elu"] = same("Elu", alpha=1.0)
rules["isposinf"] = same("IsInf", detect_negative=0)
rules["isneginf"] = same("IsInf", detect_positive=0)
rules["_softmax"] = same("Softmax", axis=-1)
rules["_log_softmax"] = same("LogSoftmax", axis=-1)


@rule("not_equal")
def _not_equal(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Not", g.add("Equal", *x))


@rule("_leaky_relu")
def _leaky_relu(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("LeakyRelu", *x, alpha=float(call.static["negative_slope"]))


@rule("relu6")
def _relu6(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Clip", *x, g.constant(call.number(0)), g.constant(call.number(6)))


@rule("square")
def _square(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Mul", x[0], x[0])


@rule("squared_difference")
def _squared_difference(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    difference = g.add("Sub", *x)
    return g.add("Mul", difference, difference)


@rule("silu")
def _silu(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Mul", *x, g.add("Sigmoid", *x))


@rule("_gelu")
def _gelu(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """½ x (1 + erf(x / √2))"""
    scaled = g.add("Mul", *x, g.constant(call.number(math.sqrt(0.5))))
    grown = g.add("Add", g.add("Erf", scaled), g.constant(call.number(1)))
    return g.add("Mul", g.add("Mul", *x, g.constant(call.number(0.5))), grown)


@rule("_gelu_by_tanh")
def _gelu_by_tanh(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """½ x (1 + tanh(√(2 / π) (x + 0.044715 x³)))"""
    cube = g.add("Mul", *x, g.add("Mul", *x, *x))
    inner = g.add("Add", *x, g.add("Mul", cube, g.constant(call.number(0.044715))))
    bent = g.add("Tanh", g.add("Mul", inner, g.constant(call.number(math.sqrt(2 / math.pi)))))
    grown = g.add("Add", bent, g.constant(call.number(1)))
    return g.add("Mul", g.add("Mul", *x, g.constant(call.number(0.5))), grown)


@rule("rsqrt")
def _rsqrt(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Reciprocal", g.add("Sqrt", *x))


@rule("expm1")
def _expm1(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Sub", g.add("Exp", *x), g.constant(call.number(1)))


@rule("log1p")
def _log1p(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Log", g.add("Add", *x, g.constant(call.number(1))))


@rule("erfc")
def _erfc(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Sub", g.constant(call.number(1)), g.add("Erf", *x))


@rule("isfinite")
def _isfinite(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Not", g.add("Or", g.add("IsNaN", *x), g.add("IsInf", *x)))


@rule("divide_no_nan")
def _divide_no_nan(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    zero = g.constant(call.number(0))
    return g.add("Where", g.add("Equal", x[1], zero), zero, g.add("Div", *x))


@rule("divided_by_constant")
def _divided_by_constant(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Div", *x, g.constant(call.number(call.static["constant"])))


@rule("scaled_product")
def _scaled_product(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Mul", g.add("Mul", *x), g.constant(call.number(call.static["scale"])))


@rule("floor_divide")
def _floor_divide(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    if _is_whole(call):
        return g.add("Div", g.add("Sub", x[0], g.add("Mod", *x)), x[1])
    return _floor_of(g, x)


@rule("mod")
def _mod(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """The remainder with the sign of the divisor."""
    if _is_whole(call):
        return g.add("Mod", *x)
    return g.add("Sub", x[0], g.add("Mul", _floor_of(g, x), x[1]))


def _floor_of(g: OnnxGraph, x: list[str]) -> Any:
    return g.add("Floor", g.add("Div", *x))


def _is_whole(call: Typed) -> bool:
    return np.dtype(call.dtype).kind in "iu"


@rule("_rounded_as")
def _rounded_as(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Identity", x[1])


@rule("normalize_by_moments")
def _normalize_by_moments(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """y = γ (x − m) / √(v + ε) + β; and m and v without the axes"""
    axes = g.integers(call.static["axes"])
    values, gamma, beta = x
    mean = g.add("ReduceMean", values, axes)
    centred = g.add("Sub", values, mean)
    variance = g.add("ReduceMean", g.add("Mul", centred, centred), axes)
    epsilon = g.constant(call.number(call.static["epsilon"]))
    deviation = g.add("Sqrt", g.add("Add", variance, epsilon))
    y = g.add("Add", g.add("Mul", g.add("Div", centred, deviation), gamma), beta)
    return [y, g.add("Squeeze", mean, axes), g.add("Squeeze", variance, axes)]


@rule("normalize_by_size")
def _normalize_by_size(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """y = x scale / √(mean x² + ε)"""
    squares = g.add("Mul", x[0], x[0])
    mean = g.add("ReduceMean", squares, g.integers(call.static["axes"]))
    epsilon = g.constant(call.number(call.static["epsilon"]))
    size = g.add("Sqrt", g.add("Add", mean, epsilon))
    return g.add("Mul", g.add("Div", x[0], size), x[1])
