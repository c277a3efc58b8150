"""VGG19: VGG16 with a fourth convolution in each of the last three blocks."""

from __future__ import annotations

from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_caffe as preprocess_input
from minikeras.applications.network import application, kernel_files
from minikeras.applications.vgg16 import vgg

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

_FILES = kernel_files(
    "vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"
)

VGG19 = application(
    "VGG19",
    "vgg19",
    lambda given: vgg(given, (2, 2, 4, 4, 4), _FILES),
    """VGG with 16 convolutions and 3 Dense layers, for images of 224 × 224.""",
)
