"""What is asked of a recording: terms and their libraries, what is known of them, and the recording itself.

`recording` lays all paths without their holes one after the other, so that every sum is one array operation. A term is read from text
(`expressions`) and written again (`typesetting`); a `library` says which terms may stand in the drift and the diffusion of each
component, `known` what is given beforehand. All of it is one `case`, which the evidence weighs. `process` goes back: terms with
coefficients as a process that the one loop runs. `dependence` refuses a component that is a function of another one.
"""
