"""What torch and its ecosystem promise, as data: losses, tensor operations, layers, and the wrappers of frameworks."""
