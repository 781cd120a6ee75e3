"""A version of a model, who approved it, and how it is deployed."""
