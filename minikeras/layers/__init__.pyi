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

from minikeras.layers.activations.activation import Activation as _Activation
from minikeras.layers.activations.prelu import PReLU as _PReLU
from minikeras.layers.activations.relu import ELU as _ELU
from minikeras.layers.activations.relu import LeakyReLU as _LeakyReLU
from minikeras.layers.activations.relu import ReLU as _ReLU
from minikeras.layers.activations.softmax import Softmax as _Softmax
from minikeras.layers.convolutional.conv import Conv1D as _Conv1D
from minikeras.layers.convolutional.conv import Conv2D as _Conv2D
from minikeras.layers.convolutional.conv import Conv3D as _Conv3D
from minikeras.layers.convolutional.conv_transpose import Conv1DTranspose as _Conv1DTranspose
from minikeras.layers.convolutional.conv_transpose import Conv2DTranspose as _Conv2DTranspose
from minikeras.layers.convolutional.conv_transpose import Conv3DTranspose as _Conv3DTranspose
from minikeras.layers.convolutional.depthwise_conv import DepthwiseConv1D as _DepthwiseConv1D
from minikeras.layers.convolutional.depthwise_conv import DepthwiseConv2D as _DepthwiseConv2D
from minikeras.layers.convolutional.separable_conv import SeparableConv1D as _SeparableConv1D
from minikeras.layers.convolutional.separable_conv import SeparableConv2D as _SeparableConv2D
from minikeras.layers.core.dense import Dense as _Dense
from minikeras.layers.core.embedding import Embedding as _Embedding
from minikeras.layers.core.identity import Identity as _Identity
from minikeras.layers.core.input_layer import Input as Input
from minikeras.layers.core.input_layer import InputLayer as _InputLayer
from minikeras.layers.core.lambda_layer import Lambda as _Lambda
from minikeras.layers.core.masking import Masking as _Masking
from minikeras.layers.input_spec import InputSpec as InputSpec
from minikeras.layers.layer import Layer as _Layer
from minikeras.layers.merging.concatenate import Concatenate as _Concatenate
from minikeras.layers.merging.concatenate import concatenate as concatenate
from minikeras.layers.merging.dot import Dot as _Dot
from minikeras.layers.merging.dot import dot as dot
from minikeras.layers.merging.elementwise import Add as _Add
from minikeras.layers.merging.elementwise import Average as _Average
from minikeras.layers.merging.elementwise import Maximum as _Maximum
from minikeras.layers.merging.elementwise import Minimum as _Minimum
from minikeras.layers.merging.elementwise import Multiply as _Multiply
from minikeras.layers.merging.elementwise import Subtract as _Subtract
from minikeras.layers.merging.elementwise import add as add
from minikeras.layers.merging.elementwise import average as average
from minikeras.layers.merging.elementwise import maximum as maximum
from minikeras.layers.merging.elementwise import minimum as minimum
from minikeras.layers.merging.elementwise import multiply as multiply
from minikeras.layers.merging.elementwise import subtract as subtract
from minikeras.layers.normalization.batch_normalization import (
    BatchNormalization as _BatchNormalization,
)
from minikeras.layers.normalization.group_normalization import (
    GroupNormalization as _GroupNormalization,
)
from minikeras.layers.normalization.layer_normalization import (
    LayerNormalization as _LayerNormalization,
)
from minikeras.layers.normalization.lengths import RMSNormalization as _RMSNormalization
from minikeras.layers.normalization.lengths import UnitNormalization as _UnitNormalization
from minikeras.layers.pooling.global_pooling import (
    GlobalAveragePooling1D as _GlobalAveragePooling1D,
)
from minikeras.layers.pooling.global_pooling import (
    GlobalAveragePooling2D as _GlobalAveragePooling2D,
)
from minikeras.layers.pooling.global_pooling import (
    GlobalAveragePooling3D as _GlobalAveragePooling3D,
)
from minikeras.layers.pooling.global_pooling import GlobalMaxPooling1D as _GlobalMaxPooling1D
from minikeras.layers.pooling.global_pooling import GlobalMaxPooling2D as _GlobalMaxPooling2D
from minikeras.layers.pooling.global_pooling import GlobalMaxPooling3D as _GlobalMaxPooling3D
from minikeras.layers.pooling.pooling import AveragePooling1D as _AveragePooling1D
from minikeras.layers.pooling.pooling import AveragePooling2D as _AveragePooling2D
from minikeras.layers.pooling.pooling import AveragePooling3D as _AveragePooling3D
from minikeras.layers.pooling.pooling import MaxPooling1D as _MaxPooling1D
from minikeras.layers.pooling.pooling import MaxPooling2D as _MaxPooling2D
from minikeras.layers.pooling.pooling import MaxPooling3D as _MaxPooling3D
from minikeras.layers.preprocessing.category_encoding import CategoryEncoding as _CategoryEncoding
from minikeras.layers.preprocessing.discretization import Discretization as _Discretization
from minikeras.layers.preprocessing.hashed_crossing import HashedCrossing as _HashedCrossing
from minikeras.layers.preprocessing.hashing import Hashing as _Hashing
from minikeras.layers.preprocessing.images.bending import (
    RandomElasticTransform as _RandomElasticTransform,
)
from minikeras.layers.preprocessing.images.bending import RandomPerspective as _RandomPerspective
from minikeras.layers.preprocessing.images.colours import RandomBrightness as _RandomBrightness
from minikeras.layers.preprocessing.images.colours import (
    RandomColorDegeneration as _RandomColorDegeneration,
)
from minikeras.layers.preprocessing.images.colours import RandomColorJitter as _RandomColorJitter
from minikeras.layers.preprocessing.images.colours import RandomContrast as _RandomContrast
from minikeras.layers.preprocessing.images.colours import RandomGrayscale as _RandomGrayscale
from minikeras.layers.preprocessing.images.colours import RandomHue as _RandomHue
from minikeras.layers.preprocessing.images.colours import RandomSaturation as _RandomSaturation
from minikeras.layers.preprocessing.images.cropping import CenterCrop as _CenterCrop
from minikeras.layers.preprocessing.images.cropping import RandomCrop as _RandomCrop
from minikeras.layers.preprocessing.images.cropping import Resizing as _Resizing
from minikeras.layers.preprocessing.images.geometry import RandomFlip as _RandomFlip
from minikeras.layers.preprocessing.images.geometry import RandomRotation as _RandomRotation
from minikeras.layers.preprocessing.images.geometry import RandomShear as _RandomShear
from minikeras.layers.preprocessing.images.geometry import RandomTranslation as _RandomTranslation
from minikeras.layers.preprocessing.images.geometry import RandomZoom as _RandomZoom
from minikeras.layers.preprocessing.images.mixing import CutMix as _CutMix
from minikeras.layers.preprocessing.images.mixing import MixUp as _MixUp
from minikeras.layers.preprocessing.images.mixing import RandomErasing as _RandomErasing
from minikeras.layers.preprocessing.images.policies import AugMix as _AugMix
from minikeras.layers.preprocessing.images.policies import Pipeline as _Pipeline
from minikeras.layers.preprocessing.images.policies import RandAugment as _RandAugment
from minikeras.layers.preprocessing.images.tiles import (
    ContrastLimitedAdaptiveHistogramEqualization as _ContrastLimitedAdaptiveHistogramEqualization,
)
from minikeras.layers.preprocessing.images.tiles import MaxNumBoundingBoxes as _MaxNumBoundingBoxes
from minikeras.layers.preprocessing.images.tones import AutoContrast as _AutoContrast
from minikeras.layers.preprocessing.images.tones import Equalization as _Equalization
from minikeras.layers.preprocessing.images.tones import RandomGaussianBlur as _RandomGaussianBlur
from minikeras.layers.preprocessing.images.tones import RandomInvert as _RandomInvert
from minikeras.layers.preprocessing.images.tones import RandomPosterization as _RandomPosterization
from minikeras.layers.preprocessing.images.tones import RandomSharpness as _RandomSharpness
from minikeras.layers.preprocessing.images.tones import Solarization as _Solarization
from minikeras.layers.preprocessing.integer_lookup import IntegerLookup as _IntegerLookup
from minikeras.layers.preprocessing.mel_spectrogram import MelSpectrogram as _MelSpectrogram
from minikeras.layers.preprocessing.normalization import Normalization as _Normalization
from minikeras.layers.preprocessing.rescaling import Rescaling as _Rescaling
from minikeras.layers.preprocessing.stft_spectrogram import STFTSpectrogram as _STFTSpectrogram
from minikeras.layers.preprocessing.string_lookup import StringLookup as _StringLookup
from minikeras.layers.preprocessing.text_vectorization import (
    TextVectorization as _TextVectorization,
)
from minikeras.layers.regularization.activity_regularization import (
    ActivityRegularization as _ActivityRegularization,
)
from minikeras.layers.regularization.dropout import Dropout as _Dropout
from minikeras.layers.regularization.noise import AlphaDropout as _AlphaDropout
from minikeras.layers.regularization.noise import GaussianDropout as _GaussianDropout
from minikeras.layers.regularization.noise import GaussianNoise as _GaussianNoise
from minikeras.layers.regularization.spatial_dropout import SpatialDropout1D as _SpatialDropout1D
from minikeras.layers.regularization.spatial_dropout import SpatialDropout2D as _SpatialDropout2D
from minikeras.layers.regularization.spatial_dropout import SpatialDropout3D as _SpatialDropout3D
from minikeras.layers.reshaping.cropping import Cropping1D as _Cropping1D
from minikeras.layers.reshaping.cropping import Cropping2D as _Cropping2D
from minikeras.layers.reshaping.cropping import Cropping3D as _Cropping3D
from minikeras.layers.reshaping.flatten import Flatten as _Flatten
from minikeras.layers.reshaping.permute import Permute as _Permute
from minikeras.layers.reshaping.repeat_vector import RepeatVector as _RepeatVector
from minikeras.layers.reshaping.reshape import Reshape as _Reshape
from minikeras.layers.reshaping.up_sampling import UpSampling1D as _UpSampling1D
from minikeras.layers.reshaping.up_sampling import UpSampling2D as _UpSampling2D
from minikeras.layers.reshaping.up_sampling import UpSampling3D as _UpSampling3D
from minikeras.layers.reshaping.zero_padding import ZeroPadding1D as _ZeroPadding1D
from minikeras.layers.reshaping.zero_padding import ZeroPadding2D as _ZeroPadding2D
from minikeras.layers.reshaping.zero_padding import ZeroPadding3D as _ZeroPadding3D
from minikeras.layers.serialization import deserialize as deserialize
from minikeras.layers.serialization import serialize as serialize

@dataclass_transform(field_specifiers=(field,))
class _DeclaringLayer(_Layer): ...

class Layer(_DeclaringLayer):
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

class PReLU(_PReLU, Layer):
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

class Dense(_Dense, Layer):
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

class InputLayer(_InputLayer, Layer):
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

class RMSNormalization(_RMSNormalization, Layer):
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

class Pipeline(_Pipeline, Layer):
    def __init__(self, layers: Any, name: str | None = None) -> None: ...

class MelSpectrogram(_MelSpectrogram, Layer):
    fft_length: int = field(default=2048)
    sequence_stride: int = field(default=512)
    sequence_length: int | None = field(default=None)
    window: Any = field(default="hann")
    sampling_rate: Any = field(default=16000)
    num_mel_bins: int = field(default=128)
    min_freq: Any = field(default=20.0)
    max_freq: Any = field(default=None)
    power_to_db: bool = field(default=True)
    top_db: Any = field(default=80.0)
    mag_exp: Any = field(default=2.0)
    min_power: Any = field(default=1e-10)
    ref_power: Any = field(default=1.0)
    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: Any = 16000,
        num_mel_bins: int = 128,
        min_freq: Any = 20.0,
        max_freq: Any = None,
        power_to_db: bool = True,
        top_db: Any = 80.0,
        mag_exp: Any = 2.0,
        min_power: Any = 1e-10,
        ref_power: Any = 1.0,
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

class STFTSpectrogram(_STFTSpectrogram, Layer):
    mode: str = field(default="log")
    frame_length: int = field(default=256)
    frame_step: int | None = field(default=None)
    fft_length: int | None = field(default=None)
    window: Any = field(default="hann")
    periodic: bool = field(default=False)
    scaling: str | None = field(default="density")
    padding: str = field(default="valid")
    expand_dims: bool = field(default=False)
    data_format: str | None = field(default=None)
    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
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

class Flatten(_Flatten, Layer):
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

class Activation(_Activation, Layer):
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

class ELU(_ELU, Layer):
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

class LeakyReLU(_LeakyReLU, Layer):
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

class ReLU(_ReLU, Layer):
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

class Identity(_Identity, Layer):
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

class Masking(_Masking, Layer):
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

class Concatenate(_Concatenate, Layer):
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

class Add(_Add, Layer):
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

class Multiply(_Multiply, Layer):
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

class UnitNormalization(_UnitNormalization, Layer):
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

class CategoryEncoding(_CategoryEncoding, Layer):
    num_tokens: int | None = field(default=None)
    output_mode: str = field(default="multi_hot")
    sparse: bool = field(default=False)
    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Discretization(_Discretization, Layer):
    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None: ...

class HashedCrossing(_HashedCrossing, Layer):
    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Hashing(_Hashing, Layer):
    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ContrastLimitedAdaptiveHistogramEqualization(
    _ContrastLimitedAdaptiveHistogramEqualization, Layer
):
    value_range: Any = field(default=...)
    clip_limit: float = field(default=4.0)
    tile_grid_size: Any = field(default=...)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        clip_limit: float = 4.0,
        tile_grid_size: Any = ...,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class MaxNumBoundingBoxes(_MaxNumBoundingBoxes, Layer):
    max_number: Any
    fill_value: Any = field(default=-1)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    data_format: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        max_number: Any,
        fill_value: Any = -1,
        *,
        bounding_box_format: str | None = None,
        data_format: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AutoContrast(_AutoContrast, Layer):
    value_range: Any = field(default=...)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    data_format: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        *,
        bounding_box_format: str | None = None,
        data_format: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Equalization(_Equalization, Layer):
    value_range: Any = field(default=...)
    bins: int = field(default=256)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        bins: int = 256,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class TextVectorization(_TextVectorization, Layer):
    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class ActivityRegularization(_ActivityRegularization, Layer):
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

class Maximum(_Maximum, Layer):
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
    pool_size: Ints
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints | None = None,
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
    pool_size: Ints
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints | None = None,
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
    pool_size: Ints
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints,
        strides: Ints | None = None,
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
    pool_size: Ints = field(default=2)
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = 2,
        strides: Ints | None = None,
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
    pool_size: Ints = field(default=...)
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = ...,
        strides: Ints | None = None,
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
    pool_size: Ints = field(default=...)
    strides: Ints | None = field(default=None)
    padding: str = field(default="valid")
    data_format: Any = field(default=None)
    def __init__(
        self,
        pool_size: Ints = ...,
        strides: Ints | None = None,
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

class RandomBrightness(_RandomBrightness, Layer):
    factor: Any
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    data_format: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        data_format: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomColorDegeneration(_RandomColorDegeneration, Layer):
    factor: Any
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomColorJitter(_RandomColorJitter, Layer):
    value_range: Any = field(default=...)
    brightness_factor: Any = field(default=None)
    contrast_factor: Any = field(default=None)
    saturation_factor: Any = field(default=None)
    hue_factor: Any = field(default=None)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomContrast(_RandomContrast, Layer):
    factor: Any
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    data_format: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        data_format: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomGrayscale(_RandomGrayscale, Layer):
    factor: Any = field(default=0.5)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 0.5,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class CenterCrop(_CenterCrop, Layer):
    height: int
    width: int
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        height: int,
        width: int,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Resizing(_Resizing, Layer):
    height: int
    width: int
    interpolation: str = field(default="bilinear")
    crop_to_aspect_ratio: bool = field(default=False)
    pad_to_aspect_ratio: bool = field(default=False)
    fill_mode: str = field(default="constant")
    fill_value: float = field(default=0.0)
    antialias: bool = field(default=False)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomFlip(_RandomFlip, Layer):
    mode: str = field(default="horizontal_and_vertical")
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class MixUp(_MixUp, Layer):
    alpha: float = field(default=0.2)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        alpha: float = 0.2,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomPosterization(_RandomPosterization, Layer):
    factor: Any
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomSharpness(_RandomSharpness, Layer):
    factor: Any
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Solarization(_Solarization, Layer):
    addition_factor: Any = field(default=0.0)
    threshold_factor: Any = field(default=0.0)
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    data_format: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = ...,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        data_format: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Dropout(_Dropout, Layer):
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

class Cropping1D(_Cropping1D, Layer):
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

class RandomHue(_RandomHue, Layer):
    factor: Any
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomSaturation(_RandomSaturation, Layer):
    factor: Any
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomCrop(_RandomCrop, Layer):
    height: int
    width: int
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        height: int,
        width: int,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AugMix(_AugMix, Layer):
    value_range: Any = field(default=...)
    num_chains: int = field(default=3)
    chain_depth: int = field(default=3)
    factor: Any = field(default=0.3)
    alpha: float = field(default=1.0)
    all_ops: bool = field(default=True)
    interpolation: str = field(default="bilinear")
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandAugment(_RandAugment, Layer):
    value_range: Any = field(default=...)
    num_ops: int = field(default=2)
    factor: Any = field(default=0.5)
    interpolation: str = field(default="bilinear")
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        value_range: Any = ...,
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomGaussianBlur(_RandomGaussianBlur, Layer):
    factor: Any = field(default=1.0)
    kernel_size: Any = field(default=3)
    sigma: Any = field(default=1.0)
    value_range: Any = field(default=...)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = ...,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomInvert(_RandomInvert, Layer):
    factor: Any = field(default=1.0)
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = ...,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class IntegerLookup(_IntegerLookup, Layer):
    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class StringLookup(_StringLookup, Layer):
    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class AlphaDropout(_AlphaDropout, Dropout):
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

class Conv1D(_Conv1D, Layer):
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

class Conv2D(_Conv2D, Layer):
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

class Conv3D(_Conv3D, Layer):
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

class Conv1DTranspose(_Conv1DTranspose, Layer):
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

class Conv2DTranspose(_Conv2DTranspose, Layer):
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

class Conv3DTranspose(_Conv3DTranspose, Layer):
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

class RandomElasticTransform(_RandomElasticTransform, Layer):
    factor: Any = field(default=1.0)
    scale: Any = field(default=1.0)
    interpolation: str = field(default="bilinear")
    fill_mode: str = field(default="reflect")
    fill_value: float = field(default=0.0)
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = ...,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomPerspective(_RandomPerspective, Layer):
    factor: Any = field(default=1.0)
    scale: float = field(default=1.0)
    interpolation: str = field(default="bilinear")
    fill_value: float = field(default=0.0)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomRotation(_RandomRotation, Layer):
    factor: Any
    fill_mode: str = field(default="reflect")
    interpolation: str = field(default="bilinear")
    seed: Any = field(default=None)
    fill_value: float = field(default=0.0)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomShear(_RandomShear, Layer):
    x_factor: Any = field(default=0.0)
    y_factor: Any = field(default=0.0)
    interpolation: str = field(default="bilinear")
    fill_mode: str = field(default="reflect")
    fill_value: float = field(default=0.0)
    data_format: Any = field(default=None)
    seed: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: Any = None,
        seed: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomTranslation(_RandomTranslation, Layer):
    height_factor: Any
    width_factor: Any
    fill_mode: str = field(default="reflect")
    interpolation: str = field(default="bilinear")
    seed: Any = field(default=None)
    fill_value: float = field(default=0.0)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomZoom(_RandomZoom, Layer):
    height_factor: Any
    width_factor: Any = field(default=None)
    fill_mode: str = field(default="reflect")
    interpolation: str = field(default="bilinear")
    seed: Any = field(default=None)
    fill_value: float = field(default=0.0)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class CutMix(_CutMix, Layer):
    factor: Any = field(default=1.0)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class RandomErasing(_RandomErasing, Layer):
    factor: Any = field(default=1.0)
    scale: Any = field(default=...)
    fill_value: Any = field(default=None)
    value_range: Any = field(default=...)
    seed: Any = field(default=None)
    data_format: Any = field(default=None)
    bounding_box_format: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = ...,
        fill_value: Any = None,
        value_range: Any = ...,
        seed: Any = None,
        data_format: Any = None,
        *,
        bounding_box_format: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class SpatialDropout1D(_SpatialDropout1D, Dropout):
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

class SpatialDropout3D(_SpatialDropout3D, SpatialDropout2D):
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
Convolution2D = Conv2D
Convolution3D = Conv3D
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
