"""Change management and stakeholder engagement for the rollout of AI workflows."""

#: The version of the service; the same as in pyproject.toml.
VERSION = "0.1.0"
