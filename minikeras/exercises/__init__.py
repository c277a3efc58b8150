"""Exercises of the lessons in docs/lessons, with checks that say what is wrong.

from minikeras import exercises
exercises.momentum_step                     # the task
exercises.momentum_step.check(my_step)      # right, or an AssertionError with numbers
"""

from minikeras.exercises.adaptive import (
    adagrad_step,
    adam_step,
    adamw_step,
    centered_step,
    effective_rates,
    first_rmsprop_step,
    hundredth_step,
    rmsprop_step,
    without_correction,
)
from minikeras.exercises.conventions import first_epsilon, pytorch_variance, same_padding
from minikeras.exercises.derivatives import backward, conv_vjp, softplus_vjp
from minikeras.exercises.descent import (
    best_learning_rate,
    descent_step,
    epoch_loss,
    largest_learning_rate,
    number_of_updates,
    quieter_batches,
)
from minikeras.exercises.exercise import Exercise, FunctionExercise, NumberExercise, Passed
from minikeras.exercises.networks import (
    dead_fraction,
    dropout,
    equal_decay,
    glorot_limit,
    l2_gradient,
    moving_mean,
    normalize,
    through_ten_layers,
    updates_to_trust,
)
from minikeras.exercises.rates import exponential_decay, rate_after_three_epochs, warmup
from minikeras.exercises.velocities import (
    first_nesterov_step,
    momentum_step,
    nesterov_step,
    papers_nesterov_step,
    ravine_momentum,
    terminal_step,
)
from minikeras.exercises.verify_optimizer import verify_optimizer

__all__ = [
    "Exercise",
    "FunctionExercise",
    "NumberExercise",
    "Passed",
    "verify_optimizer",
    "descent_step",
    "largest_learning_rate",
    "best_learning_rate",
    "number_of_updates",
    "epoch_loss",
    "quieter_batches",
    "momentum_step",
    "terminal_step",
    "ravine_momentum",
    "nesterov_step",
    "papers_nesterov_step",
    "first_nesterov_step",
    "adagrad_step",
    "hundredth_step",
    "effective_rates",
    "rmsprop_step",
    "first_rmsprop_step",
    "centered_step",
    "adam_step",
    "without_correction",
    "adamw_step",
    "exponential_decay",
    "warmup",
    "rate_after_three_epochs",
    "glorot_limit",
    "dead_fraction",
    "through_ten_layers",
    "normalize",
    "moving_mean",
    "updates_to_trust",
    "dropout",
    "l2_gradient",
    "equal_decay",
    "softplus_vjp",
    "backward",
    "conv_vjp",
    "same_padding",
    "pytorch_variance",
    "first_epsilon",
]
