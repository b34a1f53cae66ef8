"""What is trusted of a server, where that is kept, and what it leads to."""
