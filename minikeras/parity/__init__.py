"""The verifier: the same training under minikeras and under Keras on TensorFlow, and how far apart.

Each framework runs in a process of its own (`worker`), `comparison` measures, `terminal` and
`report` show. `examples` holds the networks that need no script, `stand_in` answers a script's
`import keras`.
"""
