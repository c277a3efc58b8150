"""``keras.models``: Sequential, Functional, and Model for subclasses."""

from minikeras.models.cloning import clone_model, model_from_json
from minikeras.models.functional import Function, Functional
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential
from minikeras.saving import load_model, save_model
