"""Numbers of use as a file or a post: how its columns are read, and what each line would write, before anything is written."""
