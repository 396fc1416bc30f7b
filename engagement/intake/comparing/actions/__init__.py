"""What fills the staging tables: rows, matches and references, and rows that are refused."""
