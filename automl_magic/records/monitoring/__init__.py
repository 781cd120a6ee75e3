"""What has moved since the release, who is told, and what is done."""
