"""Calls of ``tf.image`` and ``tf.io``; see ``cases.py``."""

from __future__ import annotations

import numpy as np

from parity_tests.tensorflow.drawing import Case, drawn, flipped

CASES: dict[str, Case] = {
    "image.ResizeMethod": lambda tf, a: tf.constant(tf.image.ResizeMethod.NEAREST_NEIGHBOR),
    "image.adjust_brightness": lambda tf, a: [
        tf.image.adjust_brightness(a.images, 0.2),
        tf.image.adjust_brightness(a.pixels, -0.3),
    ],
    "image.adjust_contrast": lambda tf, a: [
        tf.image.adjust_contrast(a.images, 1.5),
        tf.image.adjust_contrast(a.pixels, 0.5),
    ],
    "image.adjust_gamma": lambda tf, a: [
        tf.image.adjust_gamma(a.images, 0.5),
        tf.image.adjust_gamma(a.pixels, 2.0, 0.9),
    ],
    "image.adjust_hue": lambda tf, a: [
        tf.image.adjust_hue(a.images, 0.1),
        tf.image.adjust_hue(a.pixels, -0.2),
    ],
    "image.adjust_saturation": lambda tf, a: [
        tf.image.adjust_saturation(a.images, 1.5),
        tf.image.adjust_saturation(a.pixels, 0.5),
    ],
    "image.central_crop": lambda tf, a: [
        tf.image.central_crop(a.images, 0.5),
        tf.image.central_crop(a.pixels, 0.7),
    ],
    "image.convert_image_dtype": lambda tf, a: [
        tf.image.convert_image_dtype(a.pixels, tf.float32),
        tf.image.convert_image_dtype(a.images, tf.uint8),
        tf.image.convert_image_dtype(a.images * 2 - 0.5, tf.uint8, saturate=True),
        tf.image.convert_image_dtype(a.pixels, tf.uint16),
    ],
    "image.crop_to_bounding_box": lambda tf, a: tf.image.crop_to_bounding_box(a.images, 1, 2, 3, 4),
    "image.flip_left_right": lambda tf, a: [
        tf.image.flip_left_right(a.pixels),
        tf.image.flip_left_right(a.images),
    ],
    "image.flip_up_down": lambda tf, a: [
        tf.image.flip_up_down(a.pixels),
        tf.image.flip_up_down(a.images),
    ],
    "image.grayscale_to_rgb": lambda tf, a: tf.image.grayscale_to_rgb(
        tf.constant(a.images[..., :1])
    ),
    "image.hsv_to_rgb": lambda tf, a: tf.image.hsv_to_rgb(a.images),
    "image.image_gradients": lambda tf, a: tf.image.image_gradients(tf.constant(a.images)),
    "image.pad_to_bounding_box": lambda tf, a: tf.image.pad_to_bounding_box(a.images, 1, 2, 9, 11),
    "image.per_image_standardization": lambda tf, a: [
        tf.image.per_image_standardization(a.images),
        tf.image.per_image_standardization(a.pixels),
    ],
    "image.psnr": lambda tf, a: [
        tf.image.psnr(a.images, a.images[::-1], 1.0),
        tf.image.psnr(a.pixels, a.pixels[::-1], 255),
    ],
    "image.random_brightness": flipped("image.random_brightness", 0.2),
    "image.random_contrast": flipped("image.random_contrast", 0.5, 1.5),
    "image.random_crop": lambda tf, a: drawn("image.random_crop", a.pixels, (3, 4, 3))(tf, a),
    "image.random_flip_left_right": flipped("image.random_flip_left_right"),
    "image.random_flip_up_down": lambda tf, a: drawn("image.random_flip_up_down", a.images)(tf, a),
    "image.random_hue": flipped("image.random_hue", 0.2),
    "image.random_saturation": flipped("image.random_saturation", 0.5, 1.5),
    "image.resize": lambda tf, a: [
        tf.image.resize(a.images, (4, 5)),
        tf.image.resize(a.pixels, [9, 9]),
        tf.image.resize(a.pixels, (3, 3), "nearest"),
        tf.image.resize(a.pixels, (6, 8)),
        tf.image.resize(a.images, (4, 4), preserve_aspect_ratio=True),
        tf.image.resize(a.images, (3, 5), "bicubic", antialias=True),
    ],
    "image.resize_with_crop_or_pad": lambda tf, a: [
        tf.image.resize_with_crop_or_pad(a.images, 4, 11),
        tf.image.resize_with_crop_or_pad(a.pixels, 9, 5),
    ],
    "image.resize_with_pad": lambda tf, a: [
        tf.image.resize_with_pad(a.images, 5, 5),
        tf.image.resize_with_pad(a.pixels, 12, 9),
    ],
    "image.rgb_to_grayscale": lambda tf, a: [
        tf.image.rgb_to_grayscale(a.images),
        tf.image.rgb_to_grayscale(a.pixels),
    ],
    "image.rgb_to_hsv": lambda tf, a: tf.image.rgb_to_hsv(a.images),
    "image.rot90": lambda tf, a: [tf.image.rot90(a.pixels), tf.image.rot90(a.images, k=3)],
    "image.ssim": lambda tf, a: tf.image.ssim(
        np.tile(a.images, (1, 2, 2, 1)), np.tile(a.images * 0.9, (1, 2, 2, 1)), 1.0
    ),
    "image.stateless_random_brightness": lambda tf, a: tf.image.stateless_random_brightness(
        a.images, 0.2, (a.seed, 1)
    ),
    "image.stateless_random_contrast": lambda tf, a: tf.image.stateless_random_contrast(
        a.images, 0.5, 1.5, (a.seed, 1)
    ),
    "image.stateless_random_saturation": lambda tf, a: tf.image.stateless_random_saturation(
        a.images, 0.5, 1.5, (a.seed, 1)
    ),
    "image.stateless_random_hue": lambda tf, a: tf.image.stateless_random_hue(
        a.images, 0.2, (a.seed, 1)
    ),
    "image.stateless_random_crop": lambda tf, a: tf.image.stateless_random_crop(
        a.pixels, (3, 4, 3), (a.seed, 1)
    ),
    "image.stateless_random_flip_left_right": lambda tf, a: (
        tf.image.stateless_random_flip_left_right(a.pixels, (a.seed, 1))
    ),
    "image.stateless_random_flip_up_down": lambda tf, a: tf.image.stateless_random_flip_up_down(
        a.pixels, (a.seed, 1)
    ),
    "image.total_variation": lambda tf, a: [
        tf.image.total_variation(tf.constant(a.images)),
        tf.image.total_variation(tf.constant(a.images[0])),
    ],
    "image.transpose": lambda tf, a: [tf.image.transpose(a.pixels), tf.image.transpose(a.images)],
    "io.decode_bmp": lambda tf, a: tf.io.decode_bmp(tf.io.read_file(a.file("bmp"))),
    "io.decode_gif": lambda tf, a: tf.io.decode_gif(tf.io.read_file(a.file("gif"))),
    "io.decode_image": lambda tf, a: [
        tf.io.decode_image(tf.io.read_file(a.file("png"))),
        tf.io.decode_image(tf.io.read_file(a.file("png")), channels=1),
        tf.io.decode_image(tf.io.read_file(a.file("png")), dtype=tf.float32),
        tf.io.decode_image(tf.io.read_file(a.file("bmp")), dtype=tf.float32),
        tf.io.decode_image(tf.io.read_file(a.file("gif")), expand_animations=False),
    ],
    "io.decode_jpeg": lambda tf, a: tf.shape(
        tf.io.decode_jpeg(tf.io.read_file(a.file("jpeg")), channels=3)
    ),
    "io.decode_png": lambda tf, a: [
        tf.io.decode_png(tf.io.read_file(a.file("png"))),
        tf.io.decode_png(tf.io.read_file(a.file("png")), channels=1),
    ],
    "io.decode_raw": lambda tf, a: [
        tf.io.decode_raw(b"\x01\x02\x03\x04", tf.uint8),
        tf.io.decode_raw([a.x.tobytes()], tf.float32),
    ],
    "io.matching_files": lambda tf, a: tf.strings.length(
        tf.io.matching_files(a.file("png").replace("file", "*"))
    ),
    "io.read_file": lambda tf, a: tf.strings.length(tf.io.read_file(a.file("png"))),
}
