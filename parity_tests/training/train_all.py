"""A Keras script that trains the built-in examples listed in its argument."""

import gc
import json
import sys

import keras

from minikeras.parity.examples import train

gc.freeze()  # clear_session, below, collects garbage: 0.3 s for the objects of the imports
for job in json.loads(sys.argv[1]):
    keras.utils.clear_session()
    keras.config.set_floatx(job["floatx"])
    keras.config.set_dtype_policy(job["floatx"])
    options = {key: value for key, value in job.items() if key != "floatx"}
    train(keras, options.pop("name"), **options)
