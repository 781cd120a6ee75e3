"""verbs: one module per verb of the command. Parses, calls flow, answers."""
