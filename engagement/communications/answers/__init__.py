"""Answers to the questions of messages: giving one, and how many were right, from as many people on as may be told of."""
