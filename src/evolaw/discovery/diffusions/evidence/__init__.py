"""What speaks for and against each term: estimating equations, summed up in a Gaussian form, and e-values and probabilities from it.

One component is weighed in turns (`weigh`): its drift needs its diffusion coefficient for weights, that one needs the drift taken off.
Each side is a set of estimating equations (`moment_equations`), whose instruments are known before the noise comes in; which equations
they are depends on how the recording was taken (`drift`, `diffusivity`, and `velocity` for a hidden one; `noise_level` says how much
measurement noise there is, `adams_moulton` integrates a term over a step). Where steps are coarse against the motion the equations are
corrected in several dimensions (`coarse_correction`) and replaced by the exact likelihood in one (`exact/`); `selection` chooses.
All of them end in one record, a Gaussian form of the coefficients (`gaussian_form`), which knows what the recording says and what it
leaves open; relations between entries enter there (`relations`). From the form come e-values with all other terms free (`e_values`), the
posterior over which terms there are (`subsets`), the coefficients an equation is printed with (`averages`), and the evidence on
each entry (`entries`), in the two grades *likelihood* and *assumed*.
"""
