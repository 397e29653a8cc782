"""The masking check: what an agent would see of a page that looks as if it should be masked."""
