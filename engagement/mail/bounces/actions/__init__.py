"""Taking bounces in, stopping an address, and lifting that again."""
