"""The stores and the Bus on Redis, whichever kind: one, one behind Sentinels, or a Cluster."""
