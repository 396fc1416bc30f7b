"""Letters about the readiness of waves: how one is built and queued. What they say stands beside what they are about."""
