"""What to record next: experiments as a person can do them, each with what it would tell.

Where terms are open, more of the same may never close them: a particle that stays in its well says one number however long it is
watched. `proposals` therefore weighs what could be *done* (record longer, faster, push, heat, start elsewhere, record the velocity) by
the information that each would add on the open terms, under no law but what is identified. `track_box` does it: a simulator or an
instrument that is started somewhere, touched in a known way and recorded, as a Python callable or an external command.
"""
