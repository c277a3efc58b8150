"""The training loop: data in batches, steps, epochs, and what ``compile`` asks for."""

from minikeras.training.trainer import Trainer

__all__ = ["Trainer"]
