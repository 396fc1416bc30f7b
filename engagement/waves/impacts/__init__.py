"""What a wave changes in the work of its groups: assessments by leaders and by the people themselves."""
