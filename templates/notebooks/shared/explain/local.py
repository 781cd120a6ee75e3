explain.local_rows(subject)
