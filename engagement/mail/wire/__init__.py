"""The wire: a message as bytes that no name can break, and the conversation with the mail server."""
