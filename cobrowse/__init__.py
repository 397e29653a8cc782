"""Cobrowse: the open, self-hosted co-browsing session broker."""
