"""A small shop on its own origin, to try everything on."""
