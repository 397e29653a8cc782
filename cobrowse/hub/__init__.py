"""Floor 2: what is alive."""
