"""Several changes of images after one another: drawn from a list, or given."""

from __future__ import annotations

import random as python_random
from typing import Any, ClassVar

from minikeras import dtypes, ops, random, tf_function, tree
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.layers.layer import Layer
from minikeras.layers.preprocessing.images.base import ImageLayer, RandomImageLayer, limits
from minikeras.layers.preprocessing.images.boxes import Boxes
from minikeras.layers.preprocessing.images.colours import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
)
from minikeras.layers.preprocessing.images.geometry import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
)
from minikeras.layers.preprocessing.images.tones import (
    AutoContrast,
    Equalization,
    RandomPosterization,
    RandomSharpness,
    Solarization,
)
from minikeras.messages import describe
from minikeras.types import TensorLike


class _PolicyLayer(RandomImageLayer):
    """Draws from a list of other layers, which it makes."""

    factor: Any
    value_range: Any
    interpolation: str

    _made: ClassVar[tuple[str, ...]]  # Keras's order: each layer draws a seed
    _needs_masks_of_equal_size = True

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 0, 1)
        super().setup()
        for name in self._made:
            setattr(self, name, self._part(name))

    def _part(self, name: str) -> ImageLayer:
        every: Any = {
            "data_format": self.data_format,
            "dtype": self.dtype_policy,
            "bounding_box_format": self.bounding_box_format,
        }
        drawn = every | {"seed": self.seed}
        moved = drawn | {"interpolation": self.interpolation}
        coloured = drawn | {"value_range": self.value_range}
        factor = self.factor
        if name == "random_shear":
            return RandomShear(x_factor=factor, y_factor=factor, **moved)
        if name == "random_translation":
            return RandomTranslation(height_factor=factor, width_factor=factor, **moved)
        if name == "random_rotation":
            return RandomRotation(factor=factor, **moved)
        if name == "solarization":
            return Solarization(addition_factor=factor, threshold_factor=factor, **coloured)
        if name == "random_posterization":
            return RandomPosterization(factor=max(1, int(8 * factor[1])), **coloured)
        if name in _UNDRAWN:
            return _UNDRAWN[name](value_range=self.value_range, **every)
        return _COLOURED[name](factor, **coloured)

    def _check_channels(self, images: TensorLike) -> None:
        """ValueError, also if no layer was drawn that needs colours."""
        channels = images.shape[self.channels_axis]
        if channels not in (1, 3):
            raise ValueError(
                f"`images` must have 1 or 3 channels. Received: images of shape {images.shape}"
            )

    def build(self, input_shape: Any) -> None:
        for name in self._made:
            getattr(self, name).build(input_shape)


_UNDRAWN: Any = {"auto_contrast": AutoContrast, "equalization": Equalization}
_COLOURED: Any = {
    "random_brightness": RandomBrightness,
    "random_color_degeneration": RandomColorDegeneration,
    "random_contrast": RandomContrast,
    "random_sharpness": RandomSharpness,
}


class RandAugment(_PolicyLayer):
    """Changes a batch by layers drawn from a list of eleven, in training.

    value_range: the lowest and the highest value of a pixel.
    num_ops: how many layers are drawn, with repetition.
    factor: how strong they are: (low, high) from 0 to 1, or f for (0, f).
    interpolation: "bilinear" or "nearest".
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors, and for images with another number of channels than 1 or 3.

    Source: Cubuk, Zoph, Shlens, Le, "RandAugment".
    """

    value_range: Any = (0, 255)
    num_ops: int = 2
    factor: Any = 0.5
    interpolation: str = "bilinear"
    seed: Any = None
    data_format: Any = None

    _made = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "solarization",
        "random_posterization",
        "auto_contrast",
        "equalization",
    )
    _numbered = (*_made[:7], "random_posterization", "solarization", *_made[9:])

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        numbers = random.randint((self.num_ops,), 0, len(self._numbered), seed=self.generator)
        changes = {
            name: getattr(self, name).get_random_transformation(
                data, training=training, seed=self.generator
            )
            for name in self._numbered
        }
        return {"layer_idxes": numbers, "transforms": changes}

    def _chosen(self, transformation: Any) -> list[tuple[int, ImageLayer, Any]]:
        """Number, layer and transformation of the layers that were drawn."""
        names = [(int(n), self._numbered[int(n)]) for n in transformation["layer_idxes"]]
        return [(n, getattr(self, name), transformation["transforms"][name]) for n, name in names]

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if training:
            self._check_channels(images)
            for _, layer, change in self._chosen(transformation):
                images = layer.transform_images(images, change)
        return ops.cast(images, self.compute_dtype)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        # Parity: each layer once, in the order of the list; the dtype is that of all layers' boxes
        for _, layer, change in sorted(
            {c[0]: c for c in self._chosen(transformation)}.values(), key=lambda c: c[0]
        ):
            bounding_boxes = layer.transform_bounding_boxes(bounding_boxes, change)
        boxes = bounding_boxes["boxes"]
        dtype = dtypes.result_type(boxes.dtype, "float32", self.compute_dtype)
        return {**bounding_boxes, "boxes": ops.cast(boxes, dtype)}

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if training:
            for _, layer, change in self._chosen(transformation):
                segmentation_masks = layer.transform_segmentation_masks(segmentation_masks, change)
        return segmentation_masks


class AugMix(_PolicyLayer):
    """outputs = w · inputs + (1 − w) Σᵢ vᵢ · the inputs after a chain of layers, in training

    w comes from the beta distribution, the weights v from the Dirichlet distribution.

    value_range: the lowest and the highest value of a pixel.
    num_chains, chain_depth: how many chains, and how many layers are drawn for each.
    factor: how strong they are: (low, high) from 0 to 1, or f for (0, f).
    alpha: the parameter of both distributions.
    all_ops: whether layers that change colours are drawn, too.
    interpolation: "bilinear" or "nearest".
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors.

    Parity: the layers of a chain come from Python's ``random``.  ``fit`` draws them once, in its
    first step, and keeps them until the model is compiled again; TensorFlow runs the Python code of
    a layer only when it makes the graph of a step.
    Source: Hendrycks and others, "AugMix".
    """

    value_range: Any = (0, 255)
    num_chains: int = 3
    chain_depth: int = 3
    factor: Any = 0.3
    alpha: float = 1.0
    all_ops: bool = True
    interpolation: str = "bilinear"
    seed: Any = None
    data_format: Any = None

    _few = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )
    _more = (
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
    )

    @property
    def _drawn(self) -> tuple[str, ...]:
        return self._few + (self._more if self.all_ops else ())

    @property
    def _made(self) -> tuple[str, ...]:  # type: ignore[override]  # depends on `all_ops`
        first = (*self._few[:3], "solarization", "random_posterization", *self._few[5:])
        return first + (self._more if self.all_ops else ())

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        seed = self.generator if seed is None else seed
        gamma = random.gamma((self.num_chains,), self.alpha, seed=seed)
        weights = gamma / ops.sum(gamma, axis=-1, keepdims=True)
        weight = random.beta((), self.alpha, self.alpha, seed=seed)
        chains = []
        for names in tf_function.chosen_once(self, self._choose_chains):
            chain = []
            for name in names:
                layer = getattr(self, name)
                change = layer.get_random_transformation(data, seed=self.generator)
                chain.append({"layer_name": name, "transformation": change})
            chains.append(chain)
        return {
            "chain_mixing_weights": weights,
            "weight_sample": weight,
            "chain_transforms": chains,
        }

    def _choose_chains(self) -> list[list[str]]:
        """The names of the layers of each chain."""
        known = [*self._drawn, None]
        chains = range(self.num_chains)
        drawn = [[python_random.choice(known) for _ in range(self.chain_depth)] for _ in chains]
        return [[name for name in chain if name is not None] for chain in drawn]

    def _mixed(self, x: TensorLike, transformation: Any, method: str) -> TensorLike:
        dtype = self.compute_dtype
        weights = ops.cast(transformation["chain_mixing_weights"], dtype)
        weight = ops.cast(transformation["weight_sample"], dtype)
        total = ops.zeros_like(x)
        for i, chain in enumerate(transformation["chain_transforms"]):
            changed = x
            for link in chain:
                apply = getattr(getattr(self, link["layer_name"]), method)
                changed = apply(changed, link["transformation"])
            total = total + changed * weights[i]
        return weight * x + (1 - weight) * total

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        self._check_channels(images)
        images = self._mixed(images, transformation, "transform_images")
        return ops.cast(ops.clip(images, *self.value_range), self.compute_dtype)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return segmentation_masks
        return self._mixed(segmentation_masks, transformation, "transform_segmentation_masks")


class Pipeline(Layer):
    """Applies a list of layers one after another, in training and outside of it.

    layers: a list of layers.

    Raises ValueError if a config has no such list.
    """

    _convert_input_args = False
    _promises_by_trial = True
    _allow_non_tensor_positional_args = True

    def __init__(self, layers: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._pipeline_layers = layers

    @property
    def layers(self) -> list[Layer]:
        return self._pipeline_layers

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        for layer in self._pipeline_layers:
            kwargs: Any = {}
            if "mask" in layer._signature.mask_names:
                kwargs["mask"] = mask
            if layer._signature.takes_training and training is not None:
                kwargs["training"] = training
            inputs = layer(inputs, **kwargs)
            mask = tree.map_structure(lambda t: getattr(t, "_keras_mask", None), inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {"layers": serialize_keras_object(self._pipeline_layers), "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        layers = config.get("layers")
        if not isinstance(layers, list | tuple):
            raise ValueError(
                "The config of a Pipeline must have a list `layers`. "
                f"Received: layers={describe(layers)}"
            )
        return cls(**{**config, "layers": [deserialize_keras_object(x) for x in layers]})
