"""An equation found: its page, and its pictures beside the recording."""
