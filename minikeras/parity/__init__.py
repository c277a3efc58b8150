"""The verifier: trains with minikeras and with Keras on TensorFlow, and compares the results.

`verify` runs both, each in a process of its own: `runs` starts it, `worker` is the program in it,
`recorder` notes what the training does, `configuration` describes how it is set up. `comparison`
computes the differences; `terminal` and `report` print them. `examples` holds the built-in
networks. `stand_in` makes `import keras` in a script import minikeras.

`compare` feeds a model of Keras and its counterpart the same batches in one process, and compares
every number of every step (`lockstep`).
"""

from minikeras.parity.lockstep import compare
from minikeras.parity.verify import verify
