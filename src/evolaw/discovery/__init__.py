"""From recordings to the law: rule spaces, evidence, decisions at a declared error rate, the next question."""
