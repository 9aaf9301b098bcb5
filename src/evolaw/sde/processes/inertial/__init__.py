"""Tools of density equations with inertia: functions of the velocity, sparse factors, and who has left a well for good.

`hermite_functions` is the basis of velocities, `sparse_factors` solves and finds slow eigenvalues, `runaways` takes what has left a
well out of the equation, so that the rate of escape is an eigenvalue at weak damping too.
"""
