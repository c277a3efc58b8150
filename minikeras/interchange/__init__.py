"""Models and weights between minikeras and other libraries."""

from minikeras.interchange.keras_models import from_keras, to_keras

__all__ = ["from_keras", "to_keras"]
