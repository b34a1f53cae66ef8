"""Scanners besides the engine: what they are, where they run, what they say."""
