"""Changes of training: library, assignments, questions after moves, modules, curricula, completions."""
