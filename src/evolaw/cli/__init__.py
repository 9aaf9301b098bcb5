"""The command line: what is typed becomes a call of the library, what comes back is printed; nothing is computed here.

A file, or a folder where a verb has several sides, is named by what the user types: `order`, `discover/`, `simulate/`, `junction/`, `score/`.
Each verb does three things: `arguments` reads what stands after its options, before anything is loaded or computed; the library
answers; and the answer goes out through `terminal`: the result to stdout, progress and remarks to stderr, one JSON document with
``--json``. `main` holds the verbs and turns every failure into one sentence and its exit code; `typed` puts names of options into
messages that speak of arguments, and help into the reader's language; `environment` says what is wrong around a command (streams,
folders, variables) before JAX does. NumPy and JAX are loaded inside the functions that need them: ``--help`` waits for neither.
"""
