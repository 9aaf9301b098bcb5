"""Programs that run in processes of their own, beside the tests that start them: nothing to collect."""

collect_ignore = ["nonsense.py", "nonsense_commands.py", "probing.py"]
