"""What a person types at the bench, read into the plain values of commands.py."""
