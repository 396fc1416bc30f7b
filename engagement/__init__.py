"""Change management and stakeholder engagement for the rollout of AI workflows."""
