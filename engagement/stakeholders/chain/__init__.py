"""The sponsor chain: who stands between a wave's sponsor and each of its departments, and where nobody does."""
