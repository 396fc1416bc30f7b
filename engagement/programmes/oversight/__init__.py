"""The oversight roster: who may stop or overrule a workflow, on what ground, when they can be reached, and where that has lapsed."""
