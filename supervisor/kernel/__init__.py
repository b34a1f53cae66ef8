"""Actors, a bus and a tree on trio: knows mailboxes and restarts, and no subject of stockade.

Usable on its own; docs/explanation/kernel.md explains it with a small example.
"""
