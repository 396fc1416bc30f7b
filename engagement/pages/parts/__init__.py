"""What halls share: one way each to do forms, fields, lists, files, saving and long work."""
