"""How a definition is read: its bytes, its texts, their views."""
