"""The canary page: every place of a page in which something private can stand, each with a canary in it (P4).

    python -m tests.attack.canaries       lists the places and how each is tried

A new place is one line in `fields`, `machine` or `masked`.
"""
