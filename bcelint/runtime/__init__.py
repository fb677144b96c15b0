"""What needs torch: the reference losses, and the watcher of running programs."""
