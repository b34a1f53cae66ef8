"""stockade: stdio MCP servers, isolated and supervised, as a library for trio applications.

Everything public is re-exported here, and loaded at the first use, so that `import supervisor` costs next to nothing.
"""

from __future__ import annotations

__version__ = "0.1.0.dev0"
