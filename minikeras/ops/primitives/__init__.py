"""Primitives: the operations that have a derivative of their own, or are declared constant.

A primitive stands here with its shape rule, its derivative and the link to its compiled twin.  The
file of the same name one folder above holds the public functions that prepare the arguments of
these primitives, and those that are composed of them.
"""
