"""What pages share: one way each."""
