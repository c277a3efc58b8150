"""What all architectures share: checked arguments, the input, the end, and trained weights."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from minikeras import activations, frames, layers, settings
from minikeras.applications.imagenet_utils import CLASSES
from minikeras.autograd import KerasTensor
from minikeras.messages import describe
from minikeras.models import Model
from minikeras.utils import get_file, get_source_inputs

Weights = str | os.PathLike[str] | None
Padding = tuple[tuple[int, int], tuple[int, int]]

KERAS_FILES = "https://storage.googleapis.com/tensorflow/keras-applications"


class Files(NamedTuple):
    """Where trained weights are downloaded from.

    url: the folder.
    top, no_top: the name and the hash of the file, with the top and without; the hash is None
        where Keras does not check one.
    """

    url: str
    top: tuple[str, str | None]
    no_top: tuple[str, str | None]


def kernel_files(name: str, top: str, no_top: str, *, folder: str = "") -> Files:
    """The files of a network, as most of them are called.

    top, no_top: the hashes.
    folder: of the family, if it has another name.
    """
    stem = f"{name}_weights_tf_dim_ordering_tf_kernels"
    return Files(
        f"{KERAS_FILES}/{folder or name}", (f"{stem}.h5", top), (f"{stem}_notop.h5", no_top)
    )


class Given(NamedTuple):
    """The arguments that all architectures take; docs/arguments.txt says what they mean."""

    include_top: bool = True
    weights: Weights = "imagenet"
    input_tensor: Any = None
    input_shape: Any = None
    pooling: str | None = None
    classes: int = CLASSES
    classifier_activation: Any = "softmax"
    name: str | None = None

    @property
    def is_imagenet(self) -> bool:
        """Whether the weights trained on ImageNet are asked for."""
        return isinstance(self.weights, str) and self.weights == "imagenet"


class Application(Protocol):
    """The signature of most architectures."""

    __name__: str

    def __call__(
        self,
        include_top: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        name: str = "",
    ) -> Model: ...


def application(public: str, default: str, make: Callable[[Given], Model], doc: str) -> Application:
    """A public function with the arguments of `Given`.

    public: its name.
    default: the name of its models.
    make: makes the model of checked arguments.
    doc: the docstring.
    """

    @frames.filter_traceback
    def build(
        include_top: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        name: str = default,
    ) -> Model:
        return make(
            Given(
                include_top,
                weights,
                input_tensor,
                input_shape,
                pooling,
                classes,
                classifier_activation,
                name,
            )
        )

    build.__name__ = build.__qualname__ = public
    build.__module__ = make.__module__
    build.__doc__ = doc
    return build


class Network:
    """A network under construction: ``x`` is its input, ``model`` makes it a model.

    given: the arguments.
    size, smallest: height and width of the images that it was trained on, and the least it takes.
    shape: the shape of the input if it is known already, or None.

    Raises ValueError for arguments that do not fit.
    """

    def __init__(self, given: Given, size: int, smallest: int, shape: Any = None) -> None:
        self.given = given
        check_weights(given)
        self.shape = input_shape(given, size, smallest) if shape is None else shape
        tensor = given.input_tensor
        if tensor is None:
            self.x = layers.Input(shape=self.shape)
        elif isinstance(tensor, KerasTensor):
            self.x = tensor
        else:
            self.x = layers.Input(tensor=tensor, shape=self.shape)
        self._inputs: Any = self.x if tensor is None else get_source_inputs(self.x)

    def end(
        self,
        x: Any,
        top: Callable[[Any], Any] | None = None,
        pools: tuple[str | None, str | None] = ("avg_pool", "max_pool"),
    ) -> Any:
        """The top on the features x, or what ``pooling`` asks for.

        top: a function that takes x; the mean of each channel and a Dense layer by default.
        pools: the names of the pooling layers.
        """
        given = self.given
        if given.include_top:
            return (top or self.averaged_top)(x)
        if given.pooling == "avg":
            return layers.GlobalAveragePooling2D(name=pools[0])(x)
        if given.pooling == "max":
            return layers.GlobalMaxPooling2D(name=pools[1])(x)
        return x

    def averaged_top(self, x: Any) -> Any:
        """The mean of each channel, and a Dense layer."""
        return self.predictions(layers.GlobalAveragePooling2D(name="avg_pool")(x))

    def predictions(self, x: Any, **options: Any) -> Any:
        """The Dense layer that ends a top."""
        activation = self.checked_activation()
        return layers.Dense(
            self.given.classes, activation=activation, name="predictions", **options
        )(x)

    def checked_activation(self) -> Any:
        """The activation of the classifier.

        Raises ValueError if it is none that trained weights were trained with.
        """
        given = self.given
        if given.weights is not None and activations.get(given.classifier_activation) not in (
            activations.softmax,
            activations.linear,
        ):
            raise ValueError(
                "Only `None` and `softmax` activations are allowed for the "
                "`classifier_activation` argument when using pretrained weights, with "
                "`include_top=True`; Received: "
                f"classifier_activation={describe(given.classifier_activation)}"
            )
        return given.classifier_activation

    def model(self, x: Any, files: Files | None, name: str | None = None) -> Model:
        """The model from the input to x, with its weights.

        files: of the weights that were trained on ImageNet; None if there are none.
        name: in place of the given one.
        """
        given = self.given
        model = Model(self._inputs, x, name=given.name if name is None else name)
        if given.is_imagenet:
            if files is not None:
                file, file_hash = files.top if given.include_top else files.no_top
                origin = f"{files.url}/{file}"
                model.load_weights(
                    get_file(file, origin, cache_subdir="models", file_hash=file_hash)
                )
        elif given.weights is not None:
            try:
                model.load_weights(given.weights)
            except (OSError, ValueError) as error:
                error.add_note(f"weights={describe(str(given.weights))} do not fit {model.name!r}")
                raise
        return model


def check_weights(given: Given) -> None:
    """Raises ValueError unless the weights are there and fit ``classes``."""
    weights = given.weights
    if not (weights is None or given.is_imagenet or os.path.exists(weights)):
        raise ValueError(
            "The `weights` argument should be either `None` (random initialization), 'imagenet' "
            "(pre-training on ImageNet), or the path to the weights file to be loaded. "
            f"Received: weights={describe(weights)}"
        )
    if given.is_imagenet and given.include_top and given.classes != CLASSES:
        raise ValueError(
            "If using `weights='imagenet'` with `include_top=True`, `classes` should be "
            f"{CLASSES}. Received classes={describe(given.classes)}"
        )


def input_shape(given: Given, size: int, smallest: int) -> tuple[int | None, ...]:
    """The shape of one image, without the axis of samples.

    size: height and width where none are given.
    smallest: the least height and width.

    Raises ValueError for a shape that the network cannot take, and warns of unusual channels.
    """
    shape = given.input_shape
    first = is_channels_first()
    default = (3, size, size) if first else (size, size, 3)
    if given.is_imagenet and given.include_top:
        if shape is not None and shape != default:
            raise ValueError(
                "When setting `include_top=True` and loading `imagenet` weights, `input_shape` "
                f"should be {default}. Received: input_shape={describe(shape)}"
            )
        return default
    if not shape:
        if given.include_top:
            return default
        return (3, None, None) if first else (None, None, 3)
    if len(shape) != 3:
        raise ValueError(
            "`input_shape` must be a tuple of three integers. "
            f"Received: input_shape={describe(shape)}"
        )
    channels, sizes = (shape[0], shape[1:]) if first else (shape[2], shape[:2])
    if given.is_imagenet and channels != 3:
        raise ValueError(
            f"The input must have 3 channels; Received `input_shape={describe(shape)}`"
        )
    if channels not in (1, 3):
        frames.warn(
            "This model usually expects 1 or 3 input channels. However, it was passed an "
            f"input_shape with {channels} input channels."
        )
    if any(n is not None and n < smallest for n in sizes):
        raise ValueError(
            f"Input size must be at least {smallest}x{smallest}; Received: "
            f"input_shape={describe(shape)}"
        )
    if given.include_top and None in shape:
        raise ValueError(
            "If `include_top` is True, you should specify a static `input_shape`. Received: "
            f"input_shape={describe(shape)}"
        )
    return tuple(shape)


def is_channels_first() -> bool:
    """Whether ``keras.config.image_data_format()`` is "channels_first"."""
    return settings.image_data_format() == "channels_first"


def check_channels_last(family: str) -> None:
    """Raises ValueError if the channels are the first axis."""
    if is_channels_first():
        raise ValueError(
            f"{family} does not support the `channels_first` image data format. Switch to "
            "`channels_last` with keras.config.set_image_data_format, or in ~/.keras/keras.json"
        )


def channel_axis() -> int:
    """The axis of the channels of a batch, 3 or 1."""
    return 1 if is_channels_first() else 3


def last_axis() -> int:
    """The same axis as ``channel_axis``; −1 in place of 3, as some configs have it."""
    return 1 if is_channels_first() else -1


def padding_before_stride(x: Any, kernel_size: int | tuple[int, int]) -> Padding:
    """Zeros around x for which a convolution with strides of 2 and without padding fits.

    Images of an even size get one zero less above and on the left, as TensorFlow's padding "same".
    """
    axis = 2 if is_channels_first() else 1
    rows, columns = x.shape[axis : axis + 2]
    kernel = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    even = (1, 1) if rows is None else (1 - rows % 2, 1 - columns % 2)
    vertical, horizontal = ((k // 2 - e, k // 2) for k, e in zip(kernel, even))
    return vertical, horizontal


def divisible(filters: float, divisor: int = 8) -> int:
    """The multiple of ``divisor`` next to a number of filters, at most a tenth below it."""
    rounded = max(divisor, math.floor(filters + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * filters else rounded
