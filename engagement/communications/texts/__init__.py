"""The texts of messages: merge fields and their values, languages and translations, outlines to start from."""
