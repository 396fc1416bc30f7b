"""Posts that give rights: leading a wave, sponsoring something, heading a department."""
