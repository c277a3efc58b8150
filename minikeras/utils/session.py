"""Seeds and names that hold for the whole process."""

from __future__ import annotations

import gc
import random

import numpy as np

from minikeras import dtype_policies, settings
from minikeras.declare import reset_uids
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.random import seeds


def set_random_seed(seed: int) -> None:
    """Everything random follows from ``seed``: Python's, NumPy's and minikeras's own numbers.

    Layers draw their seeds from Python's ``random`` when they are made, so the same program gives
    the same weights.

    Raises ValueError unless ``seed`` is an integer in [0, 2³²).

    Parity: from then on every epoch of every ``fit`` shuffles n samples in the same order.
    """
    if not isinstance(seed, int):
        raise ValueError(f"seed must be an integer, received {describe(seed)} of type {type(seed)}")
    # rich draws a number from Python's random while it is imported.  Keras has imported it by now;
    # here the first summary() would, and so change the seeds of all layers made after it.
    Library("rich.style").load()

    seeds.set_global_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def clear_session(free_memory: bool = True) -> None:
    """Forget what the process has gathered: counters of automatic names, the global random stream.

    Frees models that nobody holds any more, unless ``free_memory`` is False.

    Parity: interactive logging and the dtype policy go back to their defaults; ``floatx``,
    ``epsilon``, registered objects and the order of ``fit`` stay.
    """
    reset_uids()
    seeds.clear_global_seed()
    dtype_policies.set_dtype_policy(None)
    settings.enable_interactive_logging()
    if free_memory:
        gc.collect()
