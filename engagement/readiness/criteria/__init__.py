"""What a wave is judged by before it goes live: what the service counts, and what people judge, against what is needed."""
