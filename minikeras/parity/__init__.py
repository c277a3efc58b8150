"""The verifier: trains with minikeras and with Keras on TensorFlow, and compares the results.

`verify` runs both, each in a process of its own, and returns a `Verification`. `runs` starts a
process, `worker` is the program in it, `recorder` notes what the training does, `configuration`
describes how it is set up, `model_files` loads a model. `comparison` computes the differences;
`result` gives them names; `terminal` and `report` print them. `users_default` trains without the
settings of the verifier. `examples` holds the built-in networks. `stand_in` makes `import keras` in
a script import minikeras. `command` is the command line.

`compare` feeds a model of Keras and its counterpart the same batches in one process, and compares
every number of every step (`lockstep`). `assert_matches_keras` does that in a test.
"""

from minikeras.parity.assertion import assert_matches_keras
from minikeras.parity.comparison import NothingToCompare
from minikeras.parity.lockstep import Comparison, compare
from minikeras.parity.model_files import BadFile
from minikeras.parity.result import Verification, write_page
from minikeras.parity.runs import MissingRequirement
from minikeras.parity.verify import TrainingFailed, verify

__all__ = [
    "BadFile",
    "Comparison",
    "MissingRequirement",
    "NothingToCompare",
    "TrainingFailed",
    "Verification",
    "assert_matches_keras",
    "compare",
    "verify",
    "write_page",
]
