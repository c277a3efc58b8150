"""``keras.preprocessing``: pictures, texts and series as arrays and data sets."""

from minikeras.preprocessing import image, sequence, text
from minikeras.utils import (
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
