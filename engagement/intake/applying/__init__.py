"""What a compared run says, made true, and taken back."""
