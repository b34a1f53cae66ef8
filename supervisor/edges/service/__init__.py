"""The edge to a service manager that speaks as systemd does: states, watchdog, passed sockets, extensions, dump."""
