"""What is asked of a recording: terms and their libraries, what is known, the recording in one piece, the case."""
