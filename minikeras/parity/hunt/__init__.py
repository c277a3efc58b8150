"""Searches for defects of Keras and of its backends with drawn calls.

`drawing` draws a call of anything public: `numbers` its arrays, `op_arguments` and `arguments` what
is no tensor.  Every backend computes it in a process of its own.  `truth` says what is right,
`judge` who is wrong.  `groups` joins findings of one cause, `shrinking` makes their calls small,
`reproducer` writes a program for each.  `hunting` puts this together.
"""
