"""What is shown of an equation found: its page and its pictures.

`charts` draws drift and diffusion with their uncertainty over the binned recording and the
evidence for each term; `page` opens with the equation, how sure, what is open and what next, and needs no other file.
"""
