"""The command line: every command parses, calls the library and prints; stdout is the result, stderr the rest."""
