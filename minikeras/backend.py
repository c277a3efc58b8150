"""``keras.backend``: the part of it that programs use."""

from minikeras.autograd import is_keras_tensor
from minikeras.declare import get_uid
from minikeras.dtypes import is_float as is_float_dtype
from minikeras.dtypes import is_int as is_int_dtype
from minikeras.dtypes import result_type
from minikeras.dtypes import standardize as standardize_dtype
from minikeras.settings import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from minikeras.utils.session import clear_session

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]
