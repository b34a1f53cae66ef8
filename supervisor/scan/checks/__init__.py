"""The checks of the engine, one file each."""
