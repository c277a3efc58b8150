"""Lockstep: Keras and minikeras take the same steps, and every number of every step is compared.

compare       the entry: batches, steps, verdict
pairing       the two models, their layers and variables in pairs
batches       the batches, as Keras makes them
recording     notes what a step of either library computes
distances     how far two arrays are apart
results       what is found: ``Comparison``, and its form in JSON
"""

from minikeras.parity.lockstep.compare import compare
from minikeras.parity.lockstep.results import Comparison, Distances, Entry, Step, Verdict

__all__ = ["Comparison", "Distances", "Entry", "Step", "Verdict", "compare"]
