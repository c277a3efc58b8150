from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import config as settings
from minikeras.autograd import Variable
from minikeras.optimizers.optimizer import Optimizer, once_per_apply
from minikeras.optimizers.rounding import rounded
from minikeras.optimizers.state import store
from minikeras.types import Array


class Nadam(Optimizer):
    """Adam that looks ahead along its momentum, which warms up.

    u = β₁ (1 − ½ 0.96ᵗ)                momentum of this step
    u_next = β₁ (1 − ½ 0.96ᵗ⁺¹)         momentum of the next
    U = u₁ u₂ … uₜ                      one number for all variables
    m ← m + (g − m) (1 − β₁)
    v ← v + (g² − v) (1 − β₂)
    m̂ = u_next m / (1 − U u_next) + (1 − u) g / (1 − U)
    v̂ = v / (1 − β₂ᵗ)
    Δ = m̂ lr / (√v̂ + ε)
    w ← w − Δ

    Parity: here 1 − β₁ and 1 − β₂ use the betas rounded to float32, unlike Adam; U does not.

    Source: Dozat (2016).
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    slots = ("momentum", "velocity")

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

    @once_per_apply
    def momenta(self, t: Any, lr: Any) -> tuple[Any, Any, Any, Any]:
        """u, u_next, U and 1 − β₂ᵗ; before any ``apply`` U is the product up to t."""
        beta_1, decay = rounded(self.beta_1, t), rounded(0.96, t)

        def u(t: Any) -> Any:
            return beta_1 * (1 - t.dtype.type(0.5) * decay**t)

        if self.built:
            u_product = self._u_product._value.astype(t.dtype)[()]
        else:
            u_product = np.prod([u(t.dtype.type(s)) for s in range(1, int(t) + 1)])
        return u(t), u(t + 1), u_product, 1 - rounded(self.beta_2, t) ** t

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Array) -> Any:
        m, v = slots
        u, u_next, u_product, correction = self.momenta(t, lr)
        m = m + (g - m) * (1 - rounded(self.beta_1, w))
        v = v + (g * g - v) * (1 - rounded(self.beta_2, w))
        m_hat = u_next * m / (1 - u_product * u_next) + (1 - u) * g / (1 - u_product)
        v_hat = v / correction
        delta = m_hat * lr / (np.sqrt(v_hat) + self.epsilon)
        self.note(u=u, u_next=u_next, U=u_product, m=m, v=v, m̂=m_hat, v̂=v_hat, Δ=delta)
        return w - delta, m, v

    def fused(self, t: Any, lr: Any) -> tuple[Any, ...]:
        u, u_next, u_product, correction = self.momenta(t, lr)
        scalars = u_next, 1 - u_product * u_next, 1 - u, 1 - u_product, correction, lr
        rests = 1 - rounded(self.beta_1, t), 1 - rounded(self.beta_2, t)
        return "nadam", *scalars, *rests, self.epsilon
