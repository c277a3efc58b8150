"""``python -m minikeras`` is the command ``minikeras``."""

from minikeras.cli import main

main(prog_name="minikeras")
