"""Collects the Python code blocks of README.md and docs/, which `make docs` runs."""

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

pytest_plugins = ["parity_tests.conformance"]  # notes what the tests compare with Keras

# One namespace a page: a block may use what the blocks above it made.
pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
).pytest()
