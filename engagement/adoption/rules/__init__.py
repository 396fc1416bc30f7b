"""The vocabulary of adoption, and pure rules: days of use, what is counted of them, and what may be told."""
