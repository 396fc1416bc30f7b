"""Posts that open pages by what the data says: leading a wave, sponsoring something, heading a department."""
