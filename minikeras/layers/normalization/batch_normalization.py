"""BatchNormalization: each feature with mean 0 and variance 1 over the batch."""

from __future__ import annotations

from typing import Any

from minikeras import constraints, dtypes, initializers, ops, regularizers, settings
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.normalization.scaled import ScaledLayer, sorted_axes
from minikeras.ops.core import tensor
from minikeras.ops.normalization import by_its_moments
from minikeras.types import Shape, TensorLike


class BatchNormalization(ScaledLayer):
    """Normalizes with the moments of the batch in training, else with their running means.

    outputs = gamma (inputs − m) / √(v + epsilon) + beta
    moving_mean     ← momentum · moving_mean     + (1 − momentum) m
    moving_variance ← momentum · moving_variance + (1 − momentum) v

    gamma, beta, moving_mean, moving_variance: (size of ``axis``,)

    The mean m and the variance v of the batch are taken over all axes but ``axis``, over the cells
    where ``mask`` is True.  A layer with ``trainable = False`` uses its running means in training
    too.

    With ``renorm`` (Ioffe, 2017) the moments of a batch are corrected towards the running ones:
    gamma ← r gamma,  beta ← beta + d gamma  with
    r = √(v + epsilon) / renorm_stddev,  d = (m − renorm_mean) / renorm_stddev
    r and d are clipped and treated as constants.

    axis: the axis of the features.
    momentum: the weight of the old running mean in the new one.
    moving_mean_initializer, moving_variance_initializer: functions of (shape, dtype), or their
        names.
    renorm: whether to use batch renormalization.
    renorm_clipping: a dict of limits: "rmin" and "rmax" of r, "dmax" of the size of d.
    renorm_momentum: the momentum of ``renorm_mean`` and ``renorm_stddev``.
    synchronized: without any effect, since there is one device.

    Raises ValueError for an axis that the input does not have, for a mask whose rank is not one
    less than that of the inputs, and for other entries of ``renorm_clipping``.

    Parity: v is the biased variance, in moving_variance too.  Moments over masked inputs are
    divided by the number of cells plus ``keras.config.epsilon()``.
    """

    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = field("zeros", registry=initializers.registry)
    gamma_initializer: Any = field("ones", registry=initializers.registry)
    moving_mean_initializer: Any = field("zeros", registry=initializers.registry)
    moving_variance_initializer: Any = field("ones", registry=initializers.registry)
    beta_regularizer: Any = field(None, registry=regularizers.registry)
    gamma_regularizer: Any = field(None, registry=regularizers.registry)
    beta_constraint: Any = field(None, registry=constraints.registry)
    gamma_constraint: Any = field(None, registry=constraints.registry)
    renorm: bool = False
    renorm_clipping: Any = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    def setup(self) -> None:
        self.axis = int(self.axis)
        self.momentum, self.epsilon = float(self.momentum), float(self.epsilon)
        if self.renorm:
            self.renorm_clipping = _checked(self.renorm_clipping or {})

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("renorm", "renorm_clipping", "renorm_momentum"):  # they stand last in Keras
            config[name] = config.pop(name)
        return config

    def build(self, input_shape: Shape) -> None:
        sorted_axes(self.axis, input_shape)
        size = input_shape[self.axis]
        self._add_scale_and_shift((size,), self.scale, self.center)
        self.moving_mean = self._add_running("moving_mean", (size,))
        self.moving_variance = self._add_running("moving_variance", (size,))
        if self.renorm:
            deviation = ops.sqrt(self.moving_variance)
            self.moving_stddev = self._add_running("moving_stddev", (size,), deviation)
            self.renorm_mean = self._add_running("renorm_mean", (size,), self.moving_mean)
            self.renorm_stddev = self._add_running("renorm_stddev", (size,), deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})
        axes = list(range(len(input_shape)))
        del axes[self.axis]
        self._reduction_axes = axes

    def _add_running(self, name: str, shape: Shape, value: Any = None) -> Any:
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=None if value is None else lambda shape, dtype: ops.cast(value, dtype),
            trainable=False,
            autocast=False,
        )

    def call(
        self, inputs: TensorLike, training: bool | None = None, mask: TensorLike = None
    ) -> TensorLike:
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                "The mask provided should be one dimension less than the inputs. "
                f"Received: mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        dtype = dtypes.result_type(inputs.dtype, "float32")
        inputs = ops.cast(inputs, dtype)
        gamma, beta = (v if v is None else tensor(v, dtype) for v in (self.gamma, self.beta))
        outputs = None
        if not (training and self.trainable):
            moving = self.moving_mean, self.moving_variance
            mean, variance = (ops.cast(v, dtype) for v in moving)
        elif self.renorm:
            mean, variance = self._moments(inputs, mask)
            gamma, beta = self._renormalize(mean, variance, gamma, beta)
        else:
            if mask is None:  # moments and outputs in one op
                outputs, mean, variance = self._by_moments(inputs, gamma, beta)
            else:
                mean, variance = self._moments(inputs, mask)
            self._move(self.moving_mean, mean, self.momentum)
            self._move(self.moving_variance, variance, self.momentum)
        if outputs is None:
            outputs = ops.batch_normalization(
                inputs, mean, variance, self.axis, beta, gamma, self.epsilon
            )
        return ops.cast(outputs, self.compute_dtype)

    def _by_moments(
        self, inputs: TensorLike, gamma: TensorLike, beta: TensorLike
    ) -> tuple[TensorLike, TensorLike, TensorLike]:
        axes = tuple(self._reduction_axes)
        if len(axes) != axes[-1] + 1:  # the features are not the last axis
            shape = [1 if axis in axes else -1 for axis in range(len(inputs.shape))]
            gamma, beta = (v if v is None else ops.reshape(v, shape) for v in (gamma, beta))
        return by_its_moments(inputs, gamma, beta, axes, self.epsilon)

    def _moments(self, inputs: TensorLike, mask: TensorLike) -> tuple[TensorLike, TensorLike]:
        axes = self._reduction_axes
        if mask is None:
            return ops.moments(inputs, axes=axes)
        mask = ops.cast(ops.broadcast_to(ops.expand_dims(mask, -1), inputs.shape), "bool")
        count = ops.sum(ops.cast(mask, inputs.dtype), axes, keepdims=True) + settings.epsilon()
        mean = ops.sum(ops.where(mask, inputs, 0), axes, keepdims=True) / count
        squares = ops.square(ops.where(mask, inputs - mean, 0))
        variance = ops.sum(squares, axes, keepdims=True) / count
        return ops.squeeze(mean), ops.squeeze(variance)

    def _move(self, running: Any, value: TensorLike, momentum: float) -> TensorLike:
        """One step of a running mean."""
        moved = ops.cast(running, value.dtype) * momentum + value * (1.0 - momentum)
        running.assign(moved)
        return moved

    def _renormalize(
        self, mean: TensorLike, variance: TensorLike, gamma: TensorLike, beta: TensorLike
    ) -> tuple[TensorLike, TensorLike]:
        """The corrected gamma and beta; the running moments move one step."""
        stddev = ops.sqrt(variance + self.epsilon)
        least = ops.sqrt(ops.cast(self.epsilon, mean.dtype))
        reference = ops.maximum(ops.cast(self.renorm_stddev, mean.dtype), least)
        r = ops.divide(stddev, reference)
        d = ops.divide(mean - ops.cast(self.renorm_mean, mean.dtype), reference)
        clipping = self.renorm_clipping
        if clipping.get("rmin") is not None:
            r = ops.maximum(r, clipping["rmin"])
        if clipping.get("rmax") is not None:
            r = ops.minimum(r, clipping["rmax"])
        if clipping.get("dmax") is not None:
            d = ops.clip(d, -clipping["dmax"], clipping["dmax"])
        r, d = ops.stop_gradient(r), ops.stop_gradient(d)
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, stddev, self.renorm_momentum)
        self._move(self.moving_mean, mean, self.momentum)
        moved = self._move(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(ops.relu(moved * moved - self.epsilon))
        if gamma is not None:
            r, d = r * gamma, d * gamma
        return r, d if beta is None else d + beta


def _checked(clipping: dict[str, float]) -> dict[str, float]:
    """``renorm_clipping``; ValueError for unknown entries and for limits that contradict."""
    known = ["rmax", "rmin", "dmax"]
    if set(clipping) - set(known):
        raise ValueError(
            f"Received invalid keys for `renorm_clipping` argument: {clipping}. "
            f"Supported values: {known}."
        )
    rmax, rmin, dmax = map(clipping.get, known)
    if rmax is not None and rmin is not None and rmax < rmin:
        raise ValueError(
            "rmax should be greater than rmin in the `renorm_clipping` argument. "
            f"Received: rmax={rmax}, rmin={rmin}."
        )
    if dmax is not None and dmax < 0:
        raise ValueError(
            f"dmax should be non-negative in the `renorm_clipping` argument. Received: dmax={dmax}."
        )
    return clipping
