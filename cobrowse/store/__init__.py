"""Floor 1: what outlives a process."""
