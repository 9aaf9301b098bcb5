"""What in the recording speaks against any equation of the space, with its cause and the option that handles it."""
