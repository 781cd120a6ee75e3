explain.permutation(subject)
