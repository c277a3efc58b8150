"""ResNet50V2, ResNet101V2 and ResNet152V2: nothing stands on the path of the sums.

Source: He et al., "Identity Mappings in Deep Residual Networks" (2016), figure 1b.  The strides are
on the 3 × 3 convolution of the last block of a stage.
"""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_tf as preprocess_input
from minikeras.applications.network import Application, Given, application
from minikeras.applications.resnet import normalized, resnet
from minikeras.models import Model

__all__ = ["ResNet101V2", "ResNet152V2", "ResNet50V2", "decode_predictions", "preprocess_input"]


def _stage(x: Any, filters: int, blocks: int, strides: int, name: str) -> Any:
    x = _block(x, filters, f"{name}_block1", 1, True)
    for number in range(2, blocks):
        x = _block(x, filters, f"{name}_block{number}", 1, False)
    return _block(x, filters, f"{name}_block{blocks}", strides, False)


def _block(x: Any, filters: int, name: str, strides: int, is_projected: bool) -> Any:
    """shortcut + three convolutions of relu(normalized x)."""
    activated = normalized(x, f"{name}_preact")
    if is_projected:
        shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(activated)
    else:
        shortcut = layers.MaxPooling2D(1, strides=strides)(x) if strides > 1 else x
    x = layers.Conv2D(filters, 1, strides=1, use_bias=False, name=f"{name}_1_conv")(activated)
    x = normalized(x, f"{name}_1")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=strides, use_bias=False, name=f"{name}_2_conv")(x)
    x = normalized(x, f"{name}_2")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _resnet(depth: int, blocks: tuple[int, ...], *hashes: str) -> Application:
    name = f"resnet{depth}v2"

    def make(given: Given) -> Model:
        return resnet(given, _stage, blocks, (2, 2, 2, 1), True, (hashes[0], hashes[1]), name)

    doc = f"""A residual network of {depth} layers in its second form, for images of 224 × 224."""
    return application(f"ResNet{depth}V2", name, make, doc)


ResNet50V2 = _resnet(
    50, (3, 4, 6, 3), "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"
)
ResNet101V2 = _resnet(
    101, (3, 4, 23, 3), "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"
)
ResNet152V2 = _resnet(
    152, (3, 8, 36, 3), "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"
)
