# Written by `python -m parity_tests.house.stubs`: change the classes, not this file.
# ruff: noqa
# mypy: disable-error-code="assignment, misc, override"
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, dataclass_transform

from minikeras.autograd import KerasTensor, Tensor, Variable
from minikeras.declare import field
from minikeras.dtype_policies import DTypePolicy
from minikeras.types import Array, DType, Shape, TensorLike

Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
InitialValue: TypeAlias = Identifier | Tensor | Variable | Array
Ints: TypeAlias = int | Sequence[int]

from minikeras.layers.activations import ELU as _ELU
from minikeras.layers.activations import Activation as _Activation
from minikeras.layers.activations import LeakyReLU as _LeakyReLU
from minikeras.layers.activations import PReLU as _PReLU
from minikeras.layers.activations import ReLU as _ReLU
from minikeras.layers.activations import Softmax as _Softmax
from minikeras.layers.convolutional import Conv1D as _Conv1D
from minikeras.layers.convolutional import Conv1DTranspose as _Conv1DTranspose
from minikeras.layers.convolutional import Conv2D as _Conv2D
from minikeras.layers.convolutional import Conv2DTranspose as _Conv2DTranspose
from minikeras.layers.convolutional import Conv3D as _Conv3D
from minikeras.layers.convolutional import Conv3DTranspose as _Conv3DTranspose
from minikeras.layers.convolutional import DepthwiseConv1D as _DepthwiseConv1D
from minikeras.layers.convolutional import DepthwiseConv2D as _DepthwiseConv2D
from minikeras.layers.convolutional import SeparableConv1D as _SeparableConv1D
from minikeras.layers.convolutional import SeparableConv2D as _SeparableConv2D
from minikeras.layers.core import Dense as _Dense
from minikeras.layers.core import Embedding as _Embedding
from minikeras.layers.core import Identity as _Identity
from minikeras.layers.core import Input as Input
from minikeras.layers.core import InputLayer as _InputLayer
from minikeras.layers.core import Lambda as _Lambda
from minikeras.layers.core import Masking as _Masking
from minikeras.layers.input_spec import InputSpec as InputSpec
from minikeras.layers.layer import Layer as _Layer
from minikeras.layers.merging import Add as _Add
from minikeras.layers.merging import Average as _Average
from minikeras.layers.merging import Concatenate as _Concatenate
from minikeras.layers.merging import Dot as _Dot
from minikeras.layers.merging import Maximum as _Maximum
from minikeras.layers.merging import Minimum as _Minimum
from minikeras.layers.merging import Multiply as _Multiply
from minikeras.layers.merging import Subtract as _Subtract
from minikeras.layers.merging import add as add
from minikeras.layers.merging import average as average
from minikeras.layers.merging import concatenate as concatenate
from minikeras.layers.merging import dot as dot
from minikeras.layers.merging import maximum as maximum
from minikeras.layers.merging import minimum as minimum
from minikeras.layers.merging import multiply as multiply
from minikeras.layers.merging import subtract as subtract
from minikeras.layers.normalization import BatchNormalization as _BatchNormalization
from minikeras.layers.normalization import GroupNormalization as _GroupNormalization
from minikeras.layers.normalization import LayerNormalization as _LayerNormalization
from minikeras.layers.normalization import RMSNormalization as _RMSNormalization
from minikeras.layers.normalization import UnitNormalization as _UnitNormalization
from minikeras.layers.pooling import AveragePooling1D as _AveragePooling1D
from minikeras.layers.pooling import AveragePooling2D as _AveragePooling2D
from minikeras.layers.pooling import AveragePooling3D as _AveragePooling3D
from minikeras.layers.pooling import GlobalAveragePooling1D as _GlobalAveragePooling1D
from minikeras.layers.pooling import GlobalAveragePooling2D as _GlobalAveragePooling2D
from minikeras.layers.pooling import GlobalAveragePooling3D as _GlobalAveragePooling3D
from minikeras.layers.pooling import GlobalMaxPooling1D as _GlobalMaxPooling1D
from minikeras.layers.pooling import GlobalMaxPooling2D as _GlobalMaxPooling2D
from minikeras.layers.pooling import GlobalMaxPooling3D as _GlobalMaxPooling3D
from minikeras.layers.pooling import MaxPooling1D as _MaxPooling1D
from minikeras.layers.pooling import MaxPooling2D as _MaxPooling2D
from minikeras.layers.pooling import MaxPooling3D as _MaxPooling3D
from minikeras.layers.preprocessing import Normalization as _Normalization
from minikeras.layers.preprocessing import Rescaling as _Rescaling
from minikeras.layers.regularization import ActivityRegularization as _ActivityRegularization
from minikeras.layers.regularization import AlphaDropout as _AlphaDropout
from minikeras.layers.regularization import Dropout as _Dropout
from minikeras.layers.regularization import GaussianDropout as _GaussianDropout
from minikeras.layers.regularization import GaussianNoise as _GaussianNoise
from minikeras.layers.regularization import SpatialDropout1D as _SpatialDropout1D
from minikeras.layers.regularization import SpatialDropout2D as _SpatialDropout2D
from minikeras.layers.regularization import SpatialDropout3D as _SpatialDropout3D
from minikeras.layers.reshaping import Cropping1D as _Cropping1D
from minikeras.layers.reshaping import Cropping2D as _Cropping2D
from minikeras.layers.reshaping import Cropping3D as _Cropping3D
from minikeras.layers.reshaping import Flatten as _Flatten
from minikeras.layers.reshaping import Permute as _Permute
from minikeras.layers.reshaping import RepeatVector as _RepeatVector
from minikeras.layers.reshaping import Reshape as _Reshape
from minikeras.layers.reshaping import UpSampling1D as _UpSampling1D
from minikeras.layers.reshaping import UpSampling2D as _UpSampling2D
from minikeras.layers.reshaping import UpSampling3D as _UpSampling3D
from minikeras.layers.reshaping import ZeroPadding1D as _ZeroPadding1D
from minikeras.layers.reshaping import ZeroPadding2D as _ZeroPadding2D
from minikeras.layers.reshaping import ZeroPadding3D as _ZeroPadding3D
from minikeras.layers.serialization import deserialize as deserialize
from minikeras.layers.serialization import serialize as serialize

@dataclass_transform(field_specifiers=(field,))
class Layer(_Layer):
    """Base of all layers: ``build`` makes the weights, ``call`` computes.

    A subclass states its arguments as annotated fields, which ``setup`` checks, or it writes its
    own ``__init__``.  ``call`` may take ``training`` and ``mask``, which are filled in.

    activity_regularizer: a penalty on the outputs, which is added to ``losses``.
    trainable: whether training changes the weights.
    dtype: a dtype name or a ``DTypePolicy``, for the weights and the computation; by default the
        global policy.
    autocast: whether floating inputs are cast to the compute dtype.
    name: a name without slashes; by default made from the class's.

    Raises ValueError if ``trainable`` is no bool, and for unknown keywords.

    The base class is four files: ``state.py`` (what a layer owns), ``building.py`` (how its weights
    are made), ``calling.py`` (what happens around ``call``), and this one (what a subclass writes)."""

    activity_regularizer: Any = field(default=None, kw_only=True)
    trainable: Any = field(default=None, kw_only=True)
    dtype: Any = field(default=None, kw_only=True)
    autocast: Any = field(default=None, kw_only=True)
    name: Any = field(default=None, kw_only=True)
    input_shape: Any = field(default=None, kw_only=True)
    input_dim: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ELU(_ELU, Layer):
    """outputs = inputs where inputs > 0, else alpha (exp(inputs) − 1)

    alpha: minus the limit of the outputs for small inputs."""

    alpha: float = field(default=1.0)
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Activation(_Activation, Layer):
    """outputs = activation(inputs)

    activation: a function, or the name of one in ``keras.activations``.

    Raises ValueError for an unknown name."""

    activation: Any
    def __init__(
        self,
        activation: Identifier,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class LeakyReLU(_LeakyReLU, Layer):
    """outputs = inputs where inputs > 0, else negative_slope · inputs

    negative_slope: the slope below zero.

    Raises ValueError if the slope is ``None`` or negative."""

    negative_slope: float = field(default=0.3)
    def __init__(
        self,
        negative_slope: float = 0.3,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class PReLU(_PReLU, Layer):
    """outputs = inputs where inputs > 0, else alpha · inputs

    inputs, outputs: (batch, ...)
    alpha: the shape of one sample, with size 1 along the shared axes

    alpha_initializer: a function of (shape, dtype), or its name.
    alpha_regularizer: a penalty on alpha, which is added to the loss.
    alpha_constraint: a function that the optimizer applies to alpha after each step.
    shared_axes: the axes along which the slope is the same, an int or several; the batch is axis 0."""

    alpha_initializer: Any = field(default="Zeros")
    alpha_regularizer: Any = field(default=None)
    alpha_constraint: Any = field(default=None)
    shared_axes: Any = field(default=None)
    def __init__(
        self,
        alpha_initializer: InitialValue = "Zeros",
        alpha_regularizer: Identifier = None,
        alpha_constraint: Identifier = None,
        shared_axes: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ReLU(_ReLU, Layer):
    """outputs = min(inputs, max_value) where inputs > threshold,
    else negative_slope (inputs − threshold)

    max_value: the largest output; None for no limit.
    negative_slope: the slope below the threshold.
    threshold: where the slope changes.

    Raises ValueError for a negative argument, and for ``None`` other than as ``max_value``."""

    max_value: float | None = field(default=None)
    negative_slope: float = field(default=0.0)
    threshold: float = field(default=0.0)
    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Softmax(_Softmax, Layer):
    """outputs = exp(inputs) / Σ exp(inputs) along ``axis``

    Where the mask is False the output is 0; the input is replaced by −10⁹ (−3·10⁴ in float16).

    axis: the axis, or several over which the sum is taken.

    Raises ValueError for a mask that does not broadcast to the inputs."""

    axis: Any = field(default=-1)
    def __init__(
        self,
        axis: Any = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Dense(_Dense, Layer):
    """An affine map of the last axis, then an activation.

    outputs = activation(inputs @ kernel + bias)

    inputs: (batch, ..., features)       outputs: (batch, ..., units)
    kernel: (features, units)            bias: (units,)

    units: the number of output features.
    activation: a function of the outputs, or its name; None for none.
    use_bias: whether the bias is added.
    kernel_initializer, bias_initializer: functions of (shape, dtype), or their names.
    kernel_regularizer, bias_regularizer: penalties on the weights, which are added to the loss.
    activity_regularizer: a penalty on the outputs, which is added to the loss.
    kernel_constraint, bias_constraint: functions that the optimizer applies to the weights after
        each step.
    quantization_config: must be None; configs of Keras have it.

    Raises ValueError unless ``units`` is a positive integer, and for inputs of rank below 2."""

    units: int
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    quantization_config: None = field(default=None, kw_only=True)
    def __init__(
        self,
        units: int,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        quantization_config: None = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Embedding(_Embedding, Layer):
    """Replaces whole numbers by the rows of a table.

    outputs = embeddings[inputs]        inputs: any shape, outputs: (*inputs, output_dim)

    embeddings: (input_dim, output_dim)

    input_dim: how many rows the table has; inputs are smaller.
    output_dim: the size of a vector.
    embeddings_initializer: a function of (shape, dtype), or its name.
    embeddings_regularizer: a penalty on the table, which is added to the loss.
    embeddings_constraint: a function that the optimizer applies to the table after each step.
    mask_zero: whether 0 marks a missing step; the layers that follow then receive a mask.
    weights: the values of the table, in place of the initializer's.

    quantization_config: must be None; configs of Keras have it.

    Raises ValueError unless both sizes are positive integers, and for inputs outside the table.

    Parity: −1 is the last row, as in NumPy."""

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = field(default="uniform")
    embeddings_regularizer: Any = field(default=None)
    embeddings_constraint: Any = field(default=None)
    mask_zero: bool = field(default=False)
    quantization_config: None = field(default=None, kw_only=True)
    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: InitialValue = "uniform",
        embeddings_regularizer: Identifier = None,
        embeddings_constraint: Identifier = None,
        mask_zero: bool = False,
        weights: Any = None,
        *,
        activity_regularizer: Identifier = None,
        quantization_config: None = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
    ) -> None: ...

class Identity(_Identity, Layer):
    """outputs = inputs, the same objects; they may be lists or dicts of tensors."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class InputLayer(_InputLayer, Layer):
    """The layer that ``Input`` makes: it has an output and computes nothing.

    shape: the shape of one sample, with None for sizes that may vary.
    batch_size: the size of a batch; None for any.
    dtype: the dtype of the input; by default ``keras.config.floatx()``.
    sparse, ragged: must be False or None.
    batch_shape: the shape of a batch, in place of ``shape`` and ``batch_size``.
    input_tensor: a KerasTensor to use, in place of a new one.
    optional: whether None may be passed for the input.
    name: the name of the layer.

    Raises ValueError without a shape, with two of them, with a ``sparse`` or ``ragged`` input, and
    where ``input_tensor`` is no KerasTensor or contradicts another argument."""
    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: DType = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Lambda(_Lambda, Layer):
    """outputs = function(inputs, **arguments)

    function: a function of the inputs; it may also take ``mask`` and ``training``.
    output_shape: the shape of one output sample, or a function from the input's shape to the
        output's; only needed if ``function`` cannot be run on symbols.
    mask: the mask of the outputs, or a function of (inputs, mask).
    arguments: further keyword arguments of the function.

    Raises NotImplementedError if the shape of the outputs cannot be inferred and is not given.

    Configs hold a Python lambda as byte code; ``from_config`` needs ``safe_mode=False`` to read it."""
    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Masking(_Masking, Layer):
    """Masks each step of (batch, steps, features) whose features all equal ``mask_value``.

    outputs = inputs, and 0 at the masked steps

    The mask is False at these steps; the layers that follow receive it.

    mask_value: the value that marks a missing step."""

    mask_value: float = field(default=0.0)
    def __init__(
        self,
        mask_value: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RMSNormalization(_RMSNormalization, Layer):
    """outputs = scale · inputs / √(mean of inputs² + epsilon) along ``axis``

    scale: the sizes of these axes

    axis: the axes, an int or several.
    epsilon: what is added to the mean, so that no division by zero occurs.

    Raises ValueError for an axis that the input does not have.

    Parity: once the layer is built, ``axis`` is a sorted list."""

    axis: Any = field(default=-1)
    epsilon: float = field(default=1e-06)
    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-06,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class UnitNormalization(_UnitNormalization, Layer):
    """outputs = inputs / ‖inputs‖ along ``axis``

    axis: the axes, an int or several.

    Raises TypeError if ``axis`` is neither an int nor a list of ints, ValueError for an axis that
    the input does not have."""

    axis: Any = field(default=-1)
    def __init__(
        self,
        axis: Any = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Normalization(_Normalization, Layer):
    """outputs = (inputs − mean) / max(√variance, ε)

    The mean and the variance are given, or ``adapt`` computes them from data.

    axis: the axes along which they differ, an int or several; None for one mean and one variance.
    mean, variance: numbers, or arrays of the sizes of these axes.
    invert: whether to compute inputs · max(√variance, ε) + mean instead.

    Raises ValueError if only one of the two is given, if their shapes differ, for an axis that the
    input does not have, and for one of unknown size."""
    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Rescaling(_Rescaling, Layer):
    """outputs = inputs · scale + offset

    Inputs of any dtype are cast to that of the layer.

    scale, offset: a number each, or one for each channel."""

    scale: Any
    offset: Any = field(default=0.0)
    def __init__(
        self,
        scale: Any,
        offset: Any = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ActivityRegularization(_ActivityRegularization, Layer):
    """outputs = inputs, and (l1 Σ |inputs| + l2 Σ inputs²) / batch is added to the loss.

    l1, l2: the factors.

    Raises ValueError unless both are finite and not negative."""

    l1: float = field(default=0.0)
    l2: float = field(default=0.0)
    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Flatten(_Flatten, Layer):
    """(batch, ...) → (batch, n): all axes after the first become one.

    A vector (batch,) becomes (batch, 1).

    data_format: with "channels_first" the channels are first moved to the end, so that the order of
        the features does not depend on the format."""

    data_format: str | None = field(default=None)
    def __init__(
        self,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Permute(_Permute, Layer):
    """Axis k of the outputs is axis ``dims[k - 1]`` of the inputs; the batch stays axis 0.

    dims: the axes in their new order, numbered from 1.

    Raises ValueError unless ``dims`` is a permutation of 1, 2, ..., n."""

    dims: Sequence[int]
    def __init__(
        self,
        dims: Sequence[int],
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RepeatVector(_RepeatVector, Layer):
    """(batch, features) → (batch, n, features)

    n: how often the features are repeated.

    Raises TypeError unless ``n`` is an integer, ValueError unless it is positive."""

    n: int
    def __init__(
        self,
        n: int,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Reshape(_Reshape, Layer):
    """(batch, ...) → (batch, *target_shape)

    target_shape: the new shape of a sample; one size may be -1 and is then computed.

    Raises ValueError for more than one -1, other negative sizes, and where the number of
    elements would change."""

    target_shape: Sequence[int]
    def __init__(
        self,
        target_shape: Sequence[int],
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class UpSampling1D(_UpSampling1D, Layer):
    """Repeats every step: (batch, steps, features) → (batch, size · steps, features).

    size: how often.

    Raises TypeError unless ``size`` is an integer, ValueError unless it is positive."""

    size: int = field(default=2)
    def __init__(
        self,
        size: int = 2,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Add(_Add, Layer):
    """outputs = inputs[0] + inputs[1] + ..."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Average(_Average, Layer):
    """outputs = (inputs[0] + inputs[1] + ...) / n"""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Concatenate(_Concatenate, Layer):
    """The inputs joined along an axis.

    axis: the axis; sizes along all others are equal.

    Raises ValueError for anything but a list, and for shapes that differ along other axes."""

    axis: int = field(default=-1)
    def __init__(
        self,
        axis: int = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Dot(_Dot, Layer):
    """The sum of products over an axis of the first input and an axis of the second.

    outputs: (batch, *other axes of the first, *other axes of the second); (batch, 1) for vectors

    axes: the axis, or two of them, for the first input and for the second.
    normalize: whether vectors along these axes are first divided by their length; the outputs are
        then cosines.

    Raises TypeError unless ``axes`` is an int or a list, ValueError unless it holds two ints, for
    anything but two inputs, for axes of different sizes, and for the axis of the batch."""

    axes: Any
    normalize: bool = field(default=False)
    def __init__(
        self,
        axes: Any,
        normalize: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Multiply(_Multiply, Layer):
    """outputs = inputs[0] · inputs[1] · ...

    A masked cell is a factor 1.  Where all inputs are masked, the product is 0."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Subtract(_Subtract, Layer):
    """outputs = inputs[0] − inputs[1]

    Raises ValueError unless there are two inputs."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class BatchNormalization(_BatchNormalization, Layer):
    """Normalises with the moments of the batch in training, else with their running means.

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
    renorm: whether to use batch renormalisation.
    renorm_clipping: a dict of limits: "rmin" and "rmax" of r, "dmax" of the size of d.
    renorm_momentum: the momentum of ``renorm_mean`` and ``renorm_stddev``.
    synchronized: for Keras's sake; there is one device.

    Raises ValueError for an axis that the input does not have, for a mask whose rank is not one
    less than that of the inputs, and for other entries of ``renorm_clipping``.

    Parity: v is the biased variance, in moving_variance too.  Moments over masked inputs are
    divided by the number of cells plus ``keras.config.epsilon()``."""

    axis: int = field(default=-1)
    momentum: float = field(default=0.99)
    epsilon: float = field(default=0.001)
    center: bool = field(default=True)
    scale: bool = field(default=True)
    beta_initializer: Any = field(default="zeros")
    gamma_initializer: Any = field(default="ones")
    moving_mean_initializer: Any = field(default="zeros")
    moving_variance_initializer: Any = field(default="ones")
    beta_regularizer: Any = field(default=None)
    gamma_regularizer: Any = field(default=None)
    beta_constraint: Any = field(default=None)
    gamma_constraint: Any = field(default=None)
    renorm: bool = field(default=False)
    renorm_clipping: Any = field(default=None)
    renorm_momentum: float = field(default=0.99)
    synchronized: bool = field(default=False)
    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitialValue = "zeros",
        gamma_initializer: InitialValue = "ones",
        moving_mean_initializer: InitialValue = "zeros",
        moving_variance_initializer: InitialValue = "ones",
        beta_regularizer: Identifier = None,
        gamma_regularizer: Identifier = None,
        beta_constraint: Identifier = None,
        gamma_constraint: Identifier = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Dropout(_Dropout, Layer):
    """Sets a fraction of the inputs to 0 and multiplies the others by 1 / (1 − rate), in training.

    rate: the fraction.
    noise_shape: the shape of the random mask, which is broadcast to the inputs; None in it stands
        for the size of the inputs.

    Raises ValueError unless 0 ≤ rate ≤ 1 and ``noise_shape`` holds positive integers or ``None``."""

    rate: float
    noise_shape: Any = field(default=None)
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GaussianDropout(_GaussianDropout, Layer):
    """outputs = inputs · (1 + √(rate / (1 − rate)) z) in training,  z standard normal

    Mean and variance are those of ``Dropout``.

    rate: as for ``Dropout``.

    Raises ValueError unless 0 ≤ rate ≤ 1."""

    rate: float
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GaussianNoise(_GaussianNoise, Layer):
    """outputs = inputs + stddev · z in training,  z from the standard normal distribution

    stddev: the standard deviation of the noise.

    Raises ValueError unless 0 ≤ stddev ≤ 1."""

    stddev: float
    seed: Any = field(default=None)
    def __init__(
        self,
        stddev: float,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Maximum(_Maximum, Layer):
    """outputs = max(inputs[0], inputs[1], ...); masked cells are left out.

    Parity: at a tie the gradient goes to the earlier input."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Minimum(_Minimum, Layer):
    """outputs = min(inputs[0], inputs[1], ...); masked cells are left out.

    Parity: at a tie the gradient goes to the earlier input."""
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GroupNormalization(_GroupNormalization, Layer):
    """outputs = gamma (inputs − m) / √(v + epsilon) + beta

    The mean m and the variance v are taken over a group of neighbouring channels and over all other
    axes but the batch.

    gamma, beta: (channels,)

    groups: the number of groups; −1 for one of each channel (instance normalisation).
    axis: the axis of the channels.

    Raises ValueError unless ``groups`` is −1 or a positive integer that divides the channels."""

    groups: int = field(default=32)
    axis: int = field(default=-1)
    epsilon: float = field(default=0.001)
    center: bool = field(default=True)
    scale: bool = field(default=True)
    beta_initializer: Any = field(default="zeros")
    gamma_initializer: Any = field(default="ones")
    beta_regularizer: Any = field(default=None)
    gamma_regularizer: Any = field(default=None)
    beta_constraint: Any = field(default=None)
    gamma_constraint: Any = field(default=None)
    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitialValue = "zeros",
        gamma_initializer: InitialValue = "ones",
        beta_regularizer: Identifier = None,
        gamma_regularizer: Identifier = None,
        beta_constraint: Identifier = None,
        gamma_constraint: Identifier = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class LayerNormalization(_LayerNormalization, Layer):
    """outputs = gamma (inputs − m) / √(v + epsilon) + beta

    The mean m and the variance v are taken along ``axis``, for each sample by itself.

    gamma, beta: the sizes of these axes

    axis: the axes, an int or several.
    rms_scaling: whether the mean is neither subtracted nor beta added, as in ``RMSNormalization``.

    Raises TypeError if ``axis`` is neither an int nor a list of ints, ValueError for an axis that
    the input does not have.

    Parity: once the layer is built, ``axis`` is a sorted list."""

    axis: Any = field(default=-1)
    epsilon: float = field(default=0.001)
    center: bool = field(default=True)
    scale: bool = field(default=True)
    beta_initializer: Any = field(default="zeros")
    gamma_initializer: Any = field(default="ones")
    beta_regularizer: Any = field(default=None)
    gamma_regularizer: Any = field(default=None)
    beta_constraint: Any = field(default=None)
    gamma_constraint: Any = field(default=None)
    rms_scaling: bool = field(default=False, kw_only=True)
    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: InitialValue = "zeros",
        gamma_initializer: InitialValue = "ones",
        beta_regularizer: Identifier = None,
        gamma_regularizer: Identifier = None,
        beta_constraint: Identifier = None,
        gamma_constraint: Identifier = None,
        *,
        rms_scaling: bool = False,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AveragePooling1D(_AveragePooling1D, Layer):
    """The mean of each window of steps: (batch, steps, channels)."""

    pool_size: Ints
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AveragePooling2D(_AveragePooling2D, Layer):
    """The mean of each window of an image: (batch, height, width, channels)."""

    pool_size: Ints
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AveragePooling3D(_AveragePooling3D, Layer):
    """The mean of each window of a volume: (batch, depth, height, width, channels)."""

    pool_size: Ints
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class MaxPooling1D(_MaxPooling1D, Layer):
    """The largest value of each window of steps: (batch, steps, channels)."""

    pool_size: Ints = field(default=2)
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = 2,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class MaxPooling2D(_MaxPooling2D, Layer):
    """The largest value of each window of an image: (batch, height, width, channels).

    Parity: of equal values the first in row-major order receives all of the gradient."""

    pool_size: Ints = field(default=...)
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = ...,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class MaxPooling3D(_MaxPooling3D, Layer):
    """The largest value of each window of a volume: (batch, depth, height, width, channels).

    Parity: each of several equal values receives the whole gradient."""

    pool_size: Ints = field(default=...)
    strides: Ints = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = ...,
        strides: Ints = None,
        padding: str = "valid",
        data_format: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AlphaDropout(_AlphaDropout, Dropout):
    """Dropout that preserves the mean and the variance of outputs of ``selu``.

    outputs = a · (m · inputs + (1 − m) · α′) + b in training

    m is 0 with probability ``rate``, else 1
    α′ = −λα,  a = ((1 − rate)(1 + rate α′²))^−½,  b = −a α′ rate

    rate, noise_shape: as for ``Dropout``.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017).

    Raises ValueError unless 0 ≤ rate ≤ 1."""

    rate: float
    noise_shape: Any = field(default=None)
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Cropping1D(_Cropping1D, Layer):
    """Removes steps at both ends of (batch, steps, features)."""

    cropping: Any = field(default=...)
    data_format: str | None = field(default="channels_last", kw_only=True)
    def __init__(
        self,
        cropping: Any = ...,
        *,
        data_format: str | None = "channels_last",
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Cropping2D(_Cropping2D, Layer):
    """Removes the borders of images."""

    cropping: Any = field(default=...)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        cropping: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Cropping3D(_Cropping3D, Layer):
    """Removes the borders of volumes."""

    cropping: Any = field(default=...)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        cropping: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class UpSampling2D(_UpSampling2D, Layer):
    """Enlarges images by whole factors s and t.

    nearest:   y[i, j] = x[⌊i / s⌋, ⌊j / t⌋]
    bilinear:  y[i, j] lies between the four pixels around ((i + ½) / s − ½, (j + ½) / t − ½),
               where the image goes on beyond its edges with their values

    interpolation: "nearest" or "bilinear".

    Raises ValueError for factors that are no positive integers and for other interpolations."""

    size: Any = field(default=...)
    data_format: str | None = field(default=None)
    interpolation: str = field(default="nearest")
    def __init__(
        self,
        size: Any = ...,
        data_format: str | None = None,
        interpolation: str = "nearest",
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class UpSampling3D(_UpSampling3D, Layer):
    """Repeats every cell of a volume along each axis."""

    size: Any = field(default=...)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        size: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ZeroPadding1D(_ZeroPadding1D, Layer):
    """Adds zeros before and after the steps of (batch, steps, features)."""

    padding: Any = field(default=1)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ZeroPadding2D(_ZeroPadding2D, Layer):
    """Adds zeros around images; pairs are ((top, bottom), (left, right))."""

    padding: Any = field(default=...)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        padding: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ZeroPadding3D(_ZeroPadding3D, Layer):
    """Adds zeros around volumes."""

    padding: Any = field(default=...)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        padding: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class DepthwiseConv1D(_DepthwiseConv1D, Layer):
    """Depthwise convolution of sequences: (batch, steps, channels)."""

    kernel_size: Ints
    strides: Ints = field(default=1)
    padding: str = field(default="valid")
    depth_multiplier: int = field(default=1)
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    depthwise_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    depthwise_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    depthwise_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        kernel_size: Ints,
        strides: Ints = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Ints = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        depthwise_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        depthwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class DepthwiseConv2D(_DepthwiseConv2D, Layer):
    """Depthwise convolution of images: (batch, height, width, channels)."""

    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    depth_multiplier: int = field(default=1)
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    depthwise_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    depthwise_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    depthwise_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Ints = ...,
        activation: Identifier = None,
        use_bias: bool = True,
        depthwise_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        depthwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SeparableConv1D(_SeparableConv1D, Layer):
    """Separable convolution along one axis: (batch, steps, channels)."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=1)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=1)
    depth_multiplier: int = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    depthwise_initializer: Any = field(default="glorot_uniform")
    pointwise_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    depthwise_regularizer: Any = field(default=None)
    pointwise_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    depthwise_constraint: Any = field(default=None)
    pointwise_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Ints = 1,
        depth_multiplier: int = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        depthwise_initializer: InitialValue = "glorot_uniform",
        pointwise_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        depthwise_regularizer: Identifier = None,
        pointwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        pointwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SeparableConv2D(_SeparableConv2D, Layer):
    """Separable convolution over images: (batch, height, width, channels)."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    depth_multiplier: int = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    depthwise_initializer: Any = field(default="glorot_uniform")
    pointwise_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    depthwise_regularizer: Any = field(default=None)
    pointwise_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    depthwise_constraint: Any = field(default=None)
    pointwise_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Ints = ...,
        depth_multiplier: int = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        depthwise_initializer: InitialValue = "glorot_uniform",
        pointwise_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        depthwise_regularizer: Identifier = None,
        pointwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        pointwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalAveragePooling1D(_GlobalAveragePooling1D, Layer):
    """The mean of each feature over all steps of (batch, steps, features).

    outputs = Σ mask · inputs / Σ mask

    The mask (batch, steps) says which steps count; the outputs have none.

    Parity: for a sample whose mask is False everywhere, the result is NaN."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalAveragePooling2D(_GlobalAveragePooling2D, Layer):
    """The mean of each channel of an image."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalAveragePooling3D(_GlobalAveragePooling3D, Layer):
    """The mean of each channel of a volume."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalMaxPooling1D(_GlobalMaxPooling1D, Layer):
    """The largest value of each feature over all steps of (batch, steps, features).

    Parity: equal values share the gradient; in ``MaxPooling1D`` the first one receives all of it."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalMaxPooling2D(_GlobalMaxPooling2D, Layer):
    """The largest value of each channel of an image; ties as in ``GlobalMaxPooling1D``."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class GlobalMaxPooling3D(_GlobalMaxPooling3D, Layer):
    """The largest value of each channel of a volume; ties as in ``GlobalMaxPooling1D``."""

    data_format: str | None = field(default=None)
    keepdims: bool = field(default=False)
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SpatialDropout1D(_SpatialDropout1D, Dropout):
    """``Dropout`` of whole features of (batch, steps, features): the same ones at every step."""

    rate: float
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SpatialDropout2D(_SpatialDropout2D, Dropout):
    """``Dropout`` of whole channels of images."""

    rate: float
    data_format: str | None = field(default=None)
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv1D(_Conv1D, Layer):
    """Convolution of sequences.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, steps, channels), or (batch, channels, steps)
    kernel: (size, channels / groups, filters)       bias: (filters,)

    padding: "valid" for windows inside the input only, "same" for ⌈steps / stride⌉ windows, or
        "causal" for zeros before the first step only, so that outputs[t] depends on no later
        input.

    Other arguments and errors as for ``Conv2D``."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=1)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=1)
    groups: int = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Ints = 1,
        groups: int = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv1DTranspose(_Conv1DTranspose, Layer):
    """Transposed convolution of sequences: (batch, steps, channels) → (batch, …, filters)."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=1)
    padding: str = field(default="valid")
    output_padding: Ints | None = field(default=None)
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = 1,
        padding: str = "valid",
        output_padding: Ints | None = None,
        data_format: str | None = None,
        dilation_rate: Ints = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv2D(_Conv2D, Layer):
    """Convolution over images.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, height, width, channels), or (batch, channels, height, width)
    kernel: (height, width, channels / groups, filters)       bias: (filters,)

    The arguments are explained in ``help(Conv2D.__init__)``.

    Raises ValueError for sizes that are no positive integers, for another padding, for strides
    together with dilation, for inputs of the wrong rank, if no window fits into the input, and
    unless ``groups`` divides the filters and the input channels."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    groups: int = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Ints = ...,
        groups: int = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv2DTranspose(_Conv2DTranspose, Layer):
    """Transposed convolution of images: (batch, height, width, channels) → (batch, …, filters)."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    output_padding: Ints | None = field(default=None)
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        output_padding: Ints | None = None,
        data_format: str | None = None,
        dilation_rate: Ints = ...,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv3D(_Conv3D, Layer):
    """Convolution over volumes.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, depth, height, width, channels), or (batch, channels, depth, height, width)
    kernel: (depth, height, width, channels / groups, filters)       bias: (filters,)

    Arguments and errors as for ``Conv2D``."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    groups: int = field(default=1)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Ints = ...,
        groups: int = 1,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Conv3DTranspose(_Conv3DTranspose, Layer):
    """Transposed convolution of volumes: (batch, *space, channels) → (batch, *larger, filters).

    Parity: here ``data_format`` comes before ``output_padding``."""

    filters: int
    kernel_size: Ints
    strides: Ints = field(default=...)
    padding: str = field(default="valid")
    data_format: str | None = field(default=None)
    output_padding: Ints | None = field(default=None)
    dilation_rate: Ints = field(default=...)
    activation: Any = field(default=None)
    use_bias: bool = field(default=True)
    kernel_initializer: Any = field(default="glorot_uniform")
    bias_initializer: Any = field(default="zeros")
    kernel_regularizer: Any = field(default=None)
    bias_regularizer: Any = field(default=None)
    kernel_constraint: Any = field(default=None)
    bias_constraint: Any = field(default=None)
    def __init__(
        self,
        filters: int,
        kernel_size: Ints,
        strides: Ints = ...,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Ints | None = None,
        dilation_rate: Ints = ...,
        activation: Identifier = None,
        use_bias: bool = True,
        kernel_initializer: InitialValue = "glorot_uniform",
        bias_initializer: InitialValue = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        *,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SpatialDropout3D(_SpatialDropout3D, SpatialDropout2D):
    """``Dropout`` of whole channels of volumes."""

    rate: float
    data_format: str | None = field(default=None)
    seed: Any = field(default=None)
    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
