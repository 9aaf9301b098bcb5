"""What is shown of a learned law: which law it is, and how the networks hold it.

`charts` draws what a network says of every window, its filters, its training and the league of architectures; `page` opens with the law,
how sure and what is guessed, and keeps the weights for those who scroll.
"""
