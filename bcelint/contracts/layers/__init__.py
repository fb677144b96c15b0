"""The layers of torch.nn, by theme."""
