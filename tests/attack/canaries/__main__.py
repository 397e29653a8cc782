"""List the places, and how each is tried: `python -m tests.attack.canaries`."""

import sys

from tests.attack.canaries.table import listing

sys.stdout.write(listing() + "\n")
