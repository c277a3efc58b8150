"""``keras.utils``: helpers that belong to no other module."""

from minikeras.autograd import is_keras_tensor
from minikeras.callbacks.progbar import Progbar
from minikeras.dtypes import standardize as standardize_dtype
from minikeras.models.graph import get_source_inputs
from minikeras.saving import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from minikeras.settings import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from minikeras.training.adapters import PyDataset, pack_x_y_sample_weight, unpack_x_y_sample_weight
from minikeras.training.adapters import PyDataset as Sequence
from minikeras.utils import bounding_boxes
from minikeras.utils.audio_datasets import audio_dataset_from_directory
from minikeras.utils.downloads import get_file
from minikeras.utils.feature_space import FeatureSpace
from minikeras.utils.image_datasets import image_dataset_from_directory
from minikeras.utils.image_files import array_to_img, img_to_array, load_img, save_img
from minikeras.utils.numerical import normalize, to_categorical
from minikeras.utils.sequences import pad_sequences
from minikeras.utils.session import clear_session, set_random_seed
from minikeras.utils.splitting import split_dataset
from minikeras.utils.text_datasets import text_dataset_from_directory
from minikeras.utils.timeseries import timeseries_dataset_from_array

__all__ = [
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
