"""Claiming, sending and recording, from one statement up to a worker that keeps running."""
