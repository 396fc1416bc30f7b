"""Emptying the outbox: claims, attempts and their outcomes, safe for any number of workers."""
