"""The training loop: data in batches, steps, epochs, and what ``compile`` asks for."""
