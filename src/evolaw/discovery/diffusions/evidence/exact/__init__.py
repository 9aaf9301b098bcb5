"""The exact likelihood of one component recorded in coarse steps, on a grid."""
