"""The starter library on disk and the one Markdown renderer."""
