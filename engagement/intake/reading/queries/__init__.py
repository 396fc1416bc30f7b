"""Reading files: delimited text here, workbooks in a process of their own."""
