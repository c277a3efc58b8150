"""``keras.preprocessing.image``: pictures in files and as arrays.

The classes and the random transforms are those of ``tensorflow.keras.preprocessing.image``; Keras
calls them legacy and has them there only.
"""

from minikeras.preprocessing.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from minikeras.preprocessing.files_iterator import DataFrameIterator, DirectoryIterator
from minikeras.preprocessing.generator import ImageDataGenerator
from minikeras.preprocessing.iterator import Iterator, NumpyArrayIterator
from minikeras.utils.image_files import (
    array_to_img,
    img_to_array,
    load_img,
    save_img,
    smart_resize,
)

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
