"""A million hostile frames against what the hub does to a peer's frame: `python -m tests.fuzz --cases 1000000`."""
