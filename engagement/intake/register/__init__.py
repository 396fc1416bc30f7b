"""The register of stakeholders as a file: its columns, what a file would change, and applying that."""
