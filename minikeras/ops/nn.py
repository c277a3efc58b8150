"""`keras.ops.nn`: the operations that layers and losses are made of."""
