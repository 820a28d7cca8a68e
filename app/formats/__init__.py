"""From other people's formats to our facts, and back."""
