"""`keras.ops.nn`: the operations that layers and losses are made of."""

from minikeras.ops.namespace import namespace

__getattr__, __dir__ = namespace(
    __name__,
    """
    average_pool batch_normalization binary_crossentropy categorical_crossentropy celu conv
    conv_transpose depthwise_conv dot_product_attention elu gelu glu hard_shrink hard_sigmoid
    hard_silu hard_swish hard_tanh layer_normalization leaky_relu log_sigmoid log_softmax max_pool
    moments multi_hot normalize one_hot psnr relu relu6 rms_normalization selu separable_conv
    sigmoid silu soft_shrink softmax softplus softsign sparse_categorical_crossentropy sparse_plus
    sparse_sigmoid sparsemax squareplus swish tanh_shrink threshold
    """,
)
