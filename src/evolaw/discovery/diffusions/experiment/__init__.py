"""What to record next: experiments as a person can do them, each with its expected gain."""
