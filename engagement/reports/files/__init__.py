"""Reports as files: paper, pictures, workbooks and CSV, drawn from a document."""
