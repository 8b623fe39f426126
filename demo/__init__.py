"""A simulated marketplace with known truth, served on loopback."""
