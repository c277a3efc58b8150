"""Lockstep: Keras and minikeras take the same steps, and every number of every step is compared.

compare         the entry: from a model and data to a ``Comparison``
batches         the batches, as each library makes them
mirror          the user's own classes and functions, for minikeras
pairing         the two models, their layers and variables in pairs
watched         the classes of both libraries that are watched
recording       notes what a step of either library computes
stepping        one step after the other with both
loops           the same for the training loop of a program
other_backends  the same for Keras on another backend, in a process of its own
distances       how far two arrays are apart
bounds          how far rounding alone may move each number
third_opinion   the same step in a wider dtype: which side is nearer the truth
verdict         one algorithm or two, and where they part
cases, loss_case, optimizer_case, shrinking   the smallest case that still differs
reproducer      a script that shows it with Keras alone
results         what is found, and its form in JSON
"""

from minikeras.parity.lockstep.compare import compare
from minikeras.parity.lockstep.results import Comparison, Distances, Entry, Step, Verdict

__all__ = ["Comparison", "Distances", "Entry", "Step", "Verdict", "compare"]
