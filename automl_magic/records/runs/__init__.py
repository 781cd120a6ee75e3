"""What ran, its trials and its scores."""
