from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import settings
from minikeras.autograd import Variable
from minikeras.optimizers.optimizer import Optimizer, store
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which grows from step to step.

    u = β₁ (1 − ½ 0.96ᵗ)                momentum of this step
    u_next = β₁ (1 − ½ 0.96ᵗ⁺¹)         momentum of the next step
    U = u₁ u₂ … uₜ                      one number for all variables
    m ← m + (g − m) (1 − β₁)
    v ← v + (g² − v) (1 − β₂)
    m̂ = u_next m / (1 − U u_next) + (1 − u) g / (1 − U)
    v̂ = v / (1 − β₂ᵗ)
    Δ = m̂ lr / (√v̂ + ε)
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of the moments that a step retains.
    epsilon: ε, which keeps the divisor away from 0.

    Parity: 1 − β₁ and 1 − β₂ use the betas rounded to float32, which Adam does not do; U uses the
    betas as they are.

    Source: Dozat (2016).
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    slots = ("momentum", "velocity")
    kernel = "nadam"

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        dtype = variables[0]._value.dtype.name if variables else settings.floatx()
        self._u_product = Variable(1.0, dtype=dtype)
        self._variables.append(self._u_product)

    def _begin(self, t: int) -> None:
        u_product = self._u_product._value
        power = u_product.dtype.type(0.96) ** u_product.dtype.type(t)
        store(self._u_product, np.asarray(u_product * self.beta_1 * (1.0 - 0.5 * power)))

    def _momenta(self, t: Any) -> tuple[Any, Any, Any]:
        product: Any = self._u_product._value.astype(t.dtype)[()] if self.built else None
        return momenta(t, self.beta_1, product)

    def step(self, w: Array, g: Array, t: Any, lr: Any, m: Array, v: Array) -> Any:
        u, u_next, product = self._momenta(t)
        beta_1, beta_2 = rounded(self.beta_1, w), rounded(self.beta_2, w)
        self.note(β1=beta_1, β2=beta_2)
        m = m + (g - m) * (1 - beta_1)
        v = v + (g * g - v) * (1 - beta_2)
        m_hat = u_next * m / (1 - product * u_next) + (1 - u) * g / (1 - product)
        v_hat = v / (1 - beta_2**t)
        delta = m_hat * lr / (np.sqrt(v_hat) + self.epsilon)
        self.note(u=u, u_next=u_next, U=product, m=m, v=v, m̂=m_hat, v̂=v_hat, Δ=delta)
        return w - delta, m, v

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        u, u_next, product = self._momenta(t)
        beta_1, beta_2 = rounded(self.beta_1, t), rounded(self.beta_2, t)
        return {
            "u_next": u_next,
            "one_minus_u": 1 - u,
            "one_minus_product": 1 - product,
            "one_minus_next_product": 1 - product * u_next,
            "one_minus_beta_1": 1 - beta_1,
            "one_minus_beta_2": 1 - beta_2,
            "one_minus_beta_2_power": 1 - beta_2**t,
        }


@functools.lru_cache(maxsize=16, typed=True)  # all variables of a step share them
def momenta(t: Any, beta_1: float, product: Any) -> tuple[Any, Any, Any]:
    """u, u_next and U of step t; if U is not given, it is the product of steps 1 to t."""
    first, decay = rounded(beta_1, t), rounded(0.96, t)

    def u(t: Any) -> Any:
        return first * (1 - t.dtype.type(0.5) * decay**t)

    if product is None:
        product = np.prod([u(t.dtype.type(s)) for s in range(1, int(t) + 1)])
    return u(t), u(t + 1), product
