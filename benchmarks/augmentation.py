"""The speed of work on images, against Keras on TensorFlow: medians of alternating calls.

    python -m benchmarks.augmentation [--rounds 7] [--only layers]

layers     every public layer that changes images, in training, on 32 images of 224 × 224 × 3
resizing   ``Resizing`` of them to 160 × 160, in every interpolation
ops        the functions of ``keras.ops.image``

Keras runs eagerly and in a ``tf.function``; the faster of the two counts.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras
from benchmarks.alternating import Row, alternate, show

SHAPE, SIZE = (32, 224, 224, 3), (160, 160)
Call = Callable[[Any], Any]
# Arguments of layers that cannot be made without.  None: no layer of images alone.
ARGUMENTS: dict[str, tuple[Any, ...] | None] = {
    "CenterCrop": SIZE,
    "MaxNumBoundingBoxes": None,
    "Pipeline": None,
    "RandomBrightness": (0.2,),
    "RandomColorDegeneration": (0.5,),
    "RandomContrast": (0.2,),
    "RandomCrop": SIZE,
    "RandomHue": (0.2,),
    "RandomPosterization": (4,),
    "RandomRotation": (0.1,),
    "RandomSaturation": (0.5,),
    "RandomSharpness": (0.5,),
    "RandomTranslation": (0.1, 0.1),
    "RandomZoom": (0.2,),
    "Resizing": None,
    "RandomShear": (0.2, 0.2),
}


def image_layers() -> Iterator[str]:
    """Those that are public and stand in the folder of layers of images."""
    for name in sorted(dir(minikeras.layers)):
        cls = getattr(minikeras.layers, name)
        if inspect.isclass(cls) and ".preprocessing.images" in cls.__module__:
            yield name


def layer(name: str, *arguments: Any) -> Callable[[Any], Call]:
    def make(library: Any) -> Call:
        made = getattr(library.layers, name)(*arguments)
        return lambda x: made(x, training=True)

    return make


def chain(*made: Callable[[Any], Call]) -> Callable[[Any], Call]:
    def make(library: Any) -> Call:
        calls = [one(library) for one in made]

        def call(x: Any) -> Any:
            for one in calls:
                x = one(x)
            return x

        return call

    return make


def layers() -> dict[str, Callable[[Any], Call]]:
    three = [layer("RandomFlip"), layer("RandomRotation", 0.1), layer("RandomZoom", 0.2)]
    found = {"RandomFlip, RandomRotation, RandomZoom": chain(*three)}
    for name in image_layers():
        arguments = ARGUMENTS.get(name, ())
        if arguments is not None:
            found[name] = layer(name, *arguments)
    return found


def resizing() -> dict[str, Callable[[Any], Call]]:
    found = {}
    for interpolation in "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area":
        for antialias in (False,) if interpolation in ("nearest", "area") else (False, True):

            def make(library: Any, how: Any = (interpolation, antialias)) -> Call:
                return library.layers.Resizing(*SIZE, how[0], antialias=how[1])

            title = f"Resizing, {interpolation}{', antialias' * antialias}"
            found[title] = make
    return found


def ops() -> dict[str, Callable[[Any], Call]]:
    count = SHAPE[0]
    turned = np.tile(np.float32([0.9, 0.2, -3, -0.2, 0.9, 20, 0, 0]), (count, 1))
    corners = np.float32([[0, 0], [0, 223], [223, 0], [223, 223]])
    start = np.tile(corners, (count, 1, 1))
    end = start + np.float32([[3, 5], [-7, 2], [4, -9], [1, 1]])
    grid = np.meshgrid(
        *(np.linspace(0, n - 1, m) for n, m in zip((32, 224, 224, 3), (8, 99, 99, 3)))
    )
    places = np.float32(grid).reshape(4, -1)
    calls: dict[str, Callable[[Any, Any], Any]] = {
        "affine_transform": lambda o, x: o.affine_transform(x, turned),
        "crop_images": lambda o, x: o.crop_images(x, 9, 9, target_height=160, target_width=160),
        "elastic_transform": lambda o, x: o.elastic_transform(x, seed=1),
        "extract_patches": lambda o, x: o.extract_patches(x, 16),
        "gaussian_blur": lambda o, x: o.gaussian_blur(x, (5, 5), (1.0, 1.0)),
        "hsv_to_rgb": lambda o, x: o.hsv_to_rgb(x / 255.0),
        "map_coordinates": lambda o, x: o.map_coordinates(x, places, 1),
        "pad_images": lambda o, x: o.pad_images(x, 9, 9, target_height=250, target_width=250),
        "perspective_transform": lambda o, x: o.perspective_transform(x, start, end),
        "resize": lambda o, x: o.resize(x, SIZE),
        "rgb_to_grayscale": lambda o, x: o.rgb_to_grayscale(x),
        "rgb_to_hsv": lambda o, x: o.rgb_to_hsv(x / 255.0),
        "scale_and_translate": lambda o, x: o.scale_and_translate(
            x, (32, 160, 160, 3), np.float32([0.7, 0.7]), np.float32([1, 2]), (1, 2), "linear"
        ),
        "sobel_edges": lambda o, x: o.sobel_edges(x),
        "ssim": lambda o, x: o.ssim(x, x * 0.9, max_val=255.0),
    }
    without = set(dir(minikeras.ops.image)) - calls.keys() - {"extract_patches_3d"}
    assert not without, f"no measurement of {without}"

    def make(call: Callable[[Any, Any], Any]) -> Callable[[Any], Call]:
        return lambda library: lambda x: call(library.ops.image, x)

    return {f"ops.image.{name}": make(call) for name, call in calls.items()}


KINDS = {"layers": layers, "resizing": resizing, "ops": ops}


def compared(title: str, make: Callable[[Any], Call], rounds: int) -> Row:
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype("float32")
    ours, theirs = minikeras.ops.convert_to_tensor(x), tf.constant(x)
    mine, eager, traced = make(minikeras), make(keras), tf.function(make(keras))
    calls = [lambda: np.asarray(mine(ours)), lambda: np.asarray(eager(theirs))]
    try:
        traced(theirs)
        calls.append(lambda: np.asarray(traced(theirs)))
    except Exception as error:  # Keras cannot trace each of them
        print(f"{title}: Keras runs it eagerly only, {type(error).__name__}")
    return alternate(title, calls, rounds)


def measure() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    kinds = [options.only] if options.only else KINDS
    show(
        [
            lambda title=title, make=make: compared(title, make, options.rounds)
            for kind in kinds
            for title, make in KINDS[kind]().items()
        ]
    )


if __name__ == "__main__":
    measure()
