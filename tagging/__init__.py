"""What is tagged: creators, consent, videos, jobs, tracks and links. May import catalog."""
