"""Role-based curricula, assignments by wave, quizzes and completions."""
