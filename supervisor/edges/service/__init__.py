"""The edge to a service manager that speaks as systemd does: notify(3), watchdog, socket activation, extensions, dump."""
