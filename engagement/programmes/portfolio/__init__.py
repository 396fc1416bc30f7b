"""The portfolio: how a workflow's value, complexity and risk compare, its versions, and when it is looked at again."""
