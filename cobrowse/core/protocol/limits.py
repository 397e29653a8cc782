"""Numbers that both ends of a socket keep to. Those of a frame's content are in `whitelist.json`."""

# Binary frames begin at this size; smaller ones are not worth the packing.
PACK_FROM_BYTES = 4096
HELLO_MAX_BYTES = 4096
HELLO_TIMEOUT_SECONDS = 5.0
PART_MAX_PACKED_BYTES = 256 * 1024
PART_MAX_UNPACKED_BYTES = 1024 * 1024
CREDIT_FRAMES = 8
CREDIT_BYTES = 256 * 1024
# A page's first epoch is its seat's generation times this, so that epochs grow from page to page.
EPOCHS_PER_GENERATION = 10_000
