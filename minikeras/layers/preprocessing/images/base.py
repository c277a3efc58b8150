"""``ImageLayer``, the base of layers that change images and what belongs to them."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, ClassVar

from minikeras import ops, random, settings, tf_function, tree
from minikeras.autograd import KerasTensor
from minikeras.autograd.listeners import recording
from minikeras.declare import field
from minikeras.layers import graphs
from minikeras.layers.arguments import as_symbols, has_symbols
from minikeras.layers.layer import Layer
from minikeras.layers.preprocessing.images import boxes, inputs
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike

Range = tuple[float, float]
FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


class ImageLayer(Layer):
    """Changes images, or a dictionary of images and what belongs to them.

    The keys of a dictionary are "images", "labels", "bounding_boxes" and "segmentation_masks".
    ``get_random_transformation`` draws how the images change; ``transform_images`` and its
    relatives then do it, to a batch.

    images: (batch, height, width, channels), or (height, width, channels) for one image.
    bounding_box_format: how boxes are given, such as "xyxy"; see ``boxes.py``.
    data_format: "channels_last" or "channels_first".

    Raises ValueError for other ranks, and for boxes if their format was not given.
    """

    bounding_box_format: str | None = field(None, kw_only=True)
    data_format: Any = field(None, kw_only=True)

    _allow_non_tensor_positional_args = True
    _promises_by_trial = True
    _config_order: ClassVar[tuple[str, ...]] = ("data_format",)
    # Whether masks of another height or width than the images would be moved to other places.
    _needs_masks_of_equal_size: ClassVar[bool] = False

    def setup(self) -> None:
        self.data_format = settings.standardize_data_format(self.data_format)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        boxes_are = config.pop("bounding_box_format")
        if boxes_are is None:
            return config
        items = [*config.items()]
        place = [*config].index("data_format") + 1  # Keras's order
        return dict([*items[:place], ("bounding_box_format", boxes_are), *items[place:]])

    # What subclasses write

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What ``transform_images`` and its relatives need to know."""
        return None

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        """A batch of images, changed."""
        raise NotImplementedError

    def transform_labels(
        self, labels: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        """The labels of a batch; by default as they are."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: boxes.Boxes, transformation: Any = None, training: bool = True
    ) -> boxes.Boxes:
        """The boxes of a batch; by default as they are."""
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        """The masks of a batch; by default as they are."""
        return segmentation_masks

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    # Calling

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> Any:
        # In training, ``call`` needs the number of images; without, export notes its operations.
        is_noted = recording.on_symbols is not None and not kwargs.get("training", True)
        if not symbolic and has_symbols(args) and not is_noted:
            return as_symbols(self.compute_output_spec(*args, **kwargs))
        # Parity: there, and in the steps of ``fit``, Keras casts all inputs, labels as well.
        if graphs.is_running() or tf_function.is_inside():
            args = tree.map_structure(lambda x: ops.cast(x, self.compute_dtype), args)
        return super()._compute(args, kwargs, symbolic)

    def call(self, data: Any, training: bool = True) -> Any:
        """The data, changed; after an error the next random numbers are those of before."""
        data = inputs.checked(self, data, training)
        before = [(variable, variable.value) for variable in self.variables]
        try:
            return self._transformed(data, training)
        except BaseException:
            for variable, value in before:
                variable.assign(value)
            raise

    def _transformed(self, data: Any, training: bool) -> Any:
        images = images_of(data)
        how: Any = {
            "transformation": self.get_random_transformation(data, training=training),
            "training": training,
        }

        def apply(function: Any, x: Any) -> Any:
            """One image is a batch of one."""
            if len(images.shape) == 4:
                return function(x, **how)
            batch = tree.map_structure(lambda t: ops.expand_dims(t, 0), x)
            return tree.map_structure(lambda t: ops.squeeze(t, 0), function(batch, **how))

        if not isinstance(data, dict):
            return apply(self.transform_images, images)
        found = dict(data, images=apply(self.transform_images, images))
        for key, function in (
            ("bounding_boxes", self.transform_bounding_boxes),
            ("labels", self.transform_labels),
            ("segmentation_masks", self.transform_segmentation_masks),
        ):
            if key in data:
                found[key] = apply(function, data[key])
        return found

    def _has_own(self, method: str) -> bool:
        """Whether the layer has a method of its own in place of one that returns what it gets."""
        return getattr(type(self), method) is not getattr(ImageLayer, method)

    # What subclasses use

    @property
    def is_channels_first(self) -> bool:
        return bool(self.data_format == "channels_first")

    @property
    def channels_axis(self) -> int:
        return -3 if self.is_channels_first else -1

    @property
    def height_axis(self) -> int:
        return -2 if self.is_channels_first else -3

    @property
    def width_axis(self) -> int:
        return -1 if self.is_channels_first else -2

    def size_of(self, images: Any) -> tuple[int, int]:
        """Height and width."""
        return images.shape[self.height_axis], images.shape[self.width_axis]


class RandomImageLayer(ImageLayer):
    """An ``ImageLayer`` that draws numbers: from ``seed``, by default from Python's ``random``."""

    seed: Any

    def setup(self) -> None:
        super().setup()
        self.generator = random.SeedGenerator(self.seed)

    def uniform(
        self, shape: Any, limits: Sequence[float], seed: Any = None, dtype: Any = None
    ) -> TensorLike:
        """Numbers of [low, high), the two ``limits``, from ``seed`` or the layer's generator."""
        low, high = limits
        return random.uniform(shape, low, high, dtype, self.generator if seed is None else seed)


class WarpingLayer(RandomImageLayer):
    """Shows images through a map of the plane, in training; masks by their nearest pixels."""

    interpolation: str

    def warped(self, images: TensorLike, transformation: Any, interpolation: str) -> TensorLike:
        """The images, or masks, changed."""
        raise NotImplementedError

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        return self.warped(images, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training or transformation is None:
            return segmentation_masks
        return self.warped(segmentation_masks, transformation, "nearest")


class ChosenImageLayer(RandomImageLayer):
    """Changes some images of a batch: each with a probability that is drawn from ``factor``."""

    factor: Any

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 0, 1)
        super().setup()

    def chosen(self, count: int, seed: Any = None) -> TensorLike:
        """Whether each image is changed."""
        probability = self.uniform((count,), self.factor, seed)
        return self.uniform((count,), (0.0, 1.0), seed) < probability


def like(data: Any) -> Any:
    """KerasTensors of the shapes and dtypes of ``data``."""
    return tree.map_structure(lambda x: KerasTensor(x.shape, x.dtype), data)


def images_of(data: Any) -> Any:
    return data["images"] if isinstance(data, dict) else data


def count_of(data: Any) -> int:
    """How many images there are; 1 for one without a batch."""
    images = images_of(data)
    count = 1 if len(images.shape) == 3 else images.shape[0]
    return 1 if count is None else int(count)  # not known while a model is exported


def over_images(x: TensorLike) -> TensorLike:
    """A number for each image, as it meets a batch of images."""
    return ops.reshape(x, (-1, 1, 1, 1))


def limits(name: str, factor: Any, low: float, high: float) -> Range:
    """The range from which a factor is drawn: a pair, or (max(−f, low), f) of one number f.

    Raises ValueError for anything else, and outside of [low, high].

    Parity: of a pair only the first number above ``high`` and the second below ``low`` are errors.
    """
    if isinstance(factor, tuple | list) and len(factor) == 2:
        if factor[0] <= high and factor[1] >= low:
            first, second = sorted(factor)
            return first, second
    elif isinstance(factor, int | float) and low <= factor <= high:
        return max(-abs(factor), low), abs(factor)
    raise ValueError(
        f"`{name}` must be a number, or a list of two numbers, in the range [{low}, {high}]. "
        f"Received: {name}={describe(factor)}"
    )


def strict_limits(
    name: str, factor: Any, low: float, high: float, is_open: bool = False, sign: int = -1
) -> Range:
    """The same, where both numbers of a pair lie in the range and one number f means (sign·f, f).

    is_open: whether ``low`` itself is outside.
    """
    pair = factor if isinstance(factor, tuple | list) else (factor,)
    if len(pair) in (1, 2) and all(
        isinstance(f, int | float) and low <= f <= high and not (is_open and f == low) for f in pair
    ):
        if isinstance(factor, tuple | list):
            if len(factor) == 2:
                return min(factor), max(factor)
        else:
            return sign * abs(factor), abs(factor)
    raise ValueError(
        f"`{name}` must be a number, or a list of two numbers, in the range "
        f"{'(' if is_open else '['}{low}, {high}]. Received: {name}={describe(factor)}"
    )


def check_part(name: str, value: Any) -> None:
    """TypeError unless an argument is a number, ValueError outside of [0, 1]."""
    if not isinstance(value, numbers.Real):
        raise TypeError(f"`{name}` must be a number. Received: {name}={describe(value)}")
    if not 0 <= float(value) <= 1:
        raise ValueError(f"`{name}` must be from 0 to 1. Received: {name}={value}")


def sorted_range(value_range: Any) -> list[float]:
    """The lowest and the highest value of a pixel; ValueError unless there are two numbers."""
    if not isinstance(value_range, tuple | list) or len(value_range) != 2:
        raise ValueError(
            "`value_range` must be a list of two numbers. "
            f"Received: value_range={describe(value_range)}"
        )
    return sorted(value_range)


def check_known(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """NotImplementedError, as in Keras, for another fill mode or interpolation."""
    if value not in allowed:
        raise NotImplementedError(
            f"`{name}` must be one of {allowed}. Received: {name}={describe(value)}"
        )


def to_range(images: TensorLike, old: Any, new: Any, dtype: Any = "float32") -> TensorLike:
    """Pixels of the range ``old``, brought to the range ``new``."""
    if tuple(old) == tuple(new):
        return images
    low, high, least, most = (ops.cast(n, dtype) for n in (*old, *new))
    return (ops.cast(images, dtype) - low) / (high - low) * (most - least) + least
