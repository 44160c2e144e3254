"""What a request passes on its way to a handler, and what its response passes on the way back."""
