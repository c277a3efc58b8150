"""ConvNeXtTiny to ConvNeXtXLarge: a residual network with what transformers have taught.

Source: Liu et al., "A ConvNet for the 2020s" (2022), section 3.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from minikeras import frames, layers
from minikeras.applications.imagenet_utils import CLASSES, MEAN, STD, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_nothing as preprocess_input
from minikeras.applications.network import (
    KERAS_FILES,
    Files,
    Given,
    Network,
    Weights,
    channel_axis,
    check_channels_last,
)
from minikeras.initializers import Constant
from minikeras.models import Model, Sequential

__all__ = [
    *(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
    "decode_predictions",
    "preprocess_input",
]

_EPSILON = 1e-6
_INIT_VALUES = 1e-6


class LayerScale(layers.Layer):
    """output = x · γ, with a γ for each channel.

    init_values: the value of each γ at first.
    projection_dim: the number of channels.
    """

    _keras_module: ClassVar[str] = "keras.src.applications.convnext"

    init_values: float
    projection_dim: int

    def build(self, input_shape: Any) -> None:
        self.gamma = self.add_weight(
            shape=(self.projection_dim,),
            initializer=Constant(self.init_values),
            trainable=True,
        )

    def call(self, x: Any) -> Any:
        return x * self.gamma


class _Application(Protocol):
    """The signature of the family."""

    __name__: str

    def __call__(
        self,
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        name: str = "",
    ) -> Model: ...


def _normalization(name: str | None = None) -> Any:
    return layers.LayerNormalization(epsilon=_EPSILON, name=name)


def _block(x: Any, filters: int, name: str) -> Any:
    """x + a depthwise convolution and two Dense layers, times γ."""
    y = layers.Conv2D(filters, 7, padding="same", groups=filters, name=f"{name}_depthwise_conv")(x)
    y = _normalization(f"{name}_layernorm")(y)
    y = layers.Dense(4 * filters, name=f"{name}_pointwise_conv_1")(y)
    y = layers.Activation("gelu", name=f"{name}_gelu")(y)
    y = layers.Dense(filters, name=f"{name}_pointwise_conv_2")(y)
    y = LayerScale(_INIT_VALUES, filters, name=f"{name}_layer_scale")(y)
    return x + layers.Activation("linear", name=f"{name}_identity")(y)


def _between(filters: tuple[int, ...], name: str) -> list[Any]:
    """The models before each of the four stages, which make images smaller."""
    convolution = layers.Conv2D(filters[0], 4, strides=4, name=f"{name}_stem_conv")
    stem = [convolution, _normalization(f"{name}_stem_layernorm")]
    models = [Sequential(stem, name=f"{name}_stem")]
    for i in range(3):
        normalization = _normalization(f"{name}_downsampling_layernorm_{i}")
        conv_name = f"{name}_downsampling_conv_{i}"
        convolution = layers.Conv2D(filters[i + 1], 2, strides=2, name=conv_name)
        block = f"{name}_downsampling_block_{i}"
        models.append(Sequential([normalization, convolution], name=block))
    return models


def _convnext(
    kind: str, depths: tuple[int, ...], filters: tuple[int, ...], *hashes: str
) -> _Application:
    default = f"convnext_{kind.lower()}"
    files = Files(
        f"{KERAS_FILES}/convnext", (f"{default}.h5", hashes[0]), (f"{default}_notop.h5", hashes[1])
    )

    @frames.filter_traceback
    def build(
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        name: str = default,
    ) -> Model:
        check_channels_last("ConvNeXt")
        given = Given(
            include_top,
            weights,
            input_tensor,
            input_shape,
            pooling,
            classes,
            classifier_activation,
            name,
        )
        network = Network(given, size=224, smallest=32)
        x = network.x
        if include_preprocessing and x.shape[channel_axis()] == 3:
            x = layers.Normalization(
                mean=[255 * mean for mean in MEAN],
                variance=[(255 * std) ** 2 for std in STD],
                name=f"{name}_prestem_normalization",
            )(x)
        for stage, (smaller, count) in enumerate(zip(_between(filters, name), depths)):
            x = smaller(x)
            for number in range(count):
                x = _block(x, filters[stage], f"{name}_stage_{stage}_block_{number}")

        def top(x: Any) -> Any:
            x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
            x = _normalization(f"{name}_head_layernorm")(x)
            activation = network.checked_activation()
            return layers.Dense(classes, activation=activation, name=f"{name}_head_dense")(x)

        x = network.end(x, top, pools=(None, None))
        return network.model(x if include_top else _normalization()(x), files)

    build.__name__ = build.__qualname__ = f"ConvNeXt{kind}"
    build.__doc__ = f"""A network of {sum(depths)} residual blocks, for images of 224 × 224.

    include_preprocessing: whether the first layer maps pixels from 0 to 255 to what the network
        expects.

    Other arguments and errors as for ``VGG16``.
    """
    return build


ConvNeXtTiny = _convnext(
    "Tiny",
    (3, 3, 9, 3),
    (96, 192, 384, 768),
    "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
    "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
)
ConvNeXtSmall = _convnext(
    "Small",
    (3, 3, 27, 3),
    (96, 192, 384, 768),
    "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
    "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
)
ConvNeXtBase = _convnext(
    "Base",
    (3, 3, 27, 3),
    (128, 256, 512, 1024),
    "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
    "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
)
ConvNeXtLarge = _convnext(
    "Large",
    (3, 3, 27, 3),
    (192, 384, 768, 1536),
    "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
    "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
)
ConvNeXtXLarge = _convnext(
    "XLarge",
    (3, 3, 27, 3),
    (256, 512, 1024, 2048),
    "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
    "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
)
