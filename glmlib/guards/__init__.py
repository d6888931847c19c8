"""What may go into a model, what its data determine, and how a fit ended."""
