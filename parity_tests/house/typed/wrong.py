"""Lines that type checkers reject, each because of one mistake."""

import minikeras as keras
from minikeras import layers, losses, metrics, ops, optimizers
from minikeras.callbacks import EarlyStopping

layers.Dense()
layers.Dense("8")
layers.Dense(8, unit=3)
layers.Dense(8, use_bias="no")
layers.Dense(8, "relu", True, "zeros", "zeros", None, None, None, None, None, None, None)
layers.Conv2D(32)
layers.Conv2D(32, 3, stride=2)
layers.Dropout()
layers.Dropout("half")
layers.Embedding(100)
layers.MaxPooling2D(2, padding=1)
layers.NoSuchLayer()
layers.Flatten(1, 2)
optimizers.Adam(beta1=0.9)
optimizers.Adam(lr=0.1)
optimizers.SGD(0.1, momentum="0.9")
optimizers.schedules.ExponentialDecay(0.1)
losses.Huber(1.0, "sum", "huber", "float32", 5)
losses.MeanSquaredError(delta=1.0)
metrics.AUC(thresholds_count=5)
metrics.NoSuchMetric()
keras.initializers.RandomNormal(std=0.1)
keras.regularizers.L2(l1=0.1)
EarlyStopping(patients=3)
ops.rellu(1.0)
keras.Sequentail()
