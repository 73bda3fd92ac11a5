"""Settings, urls, processes and the command `masar`."""
