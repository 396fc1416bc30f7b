"""Reads of readiness: what stands against a wave's next step, and what was overruled."""
