"""Data to train scores on: densities of the plane, scikit-learn's digits, configurations of this library, images of the user's.

`plane` draws from densities that are known or can be seen; `pictures` reads digits, folders of images and arrays of ``.npz`` files, and
writes samples back as images; `configurations` cuts states out of the trajectories of lattices, equations and junctions. All give
float arrays of shape (items, *shape), scaled as they say.
"""
