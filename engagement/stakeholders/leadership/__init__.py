"""Visible leadership: what each sponsor does in person, dated step by step, with what became of it."""
