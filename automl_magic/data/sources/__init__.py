"""Sources of tables, one file each.

base            what a source gives: rows, schema, preview, sample, fingerprint, and its code
registry        ours, and those that other packages announce; which of them a text belongs to
address         credentials in a source's text are references
file_source     files of a format, parsed in a child process: delimited, json_records, parquet
parquet_folder  many files of Parquet as one table
bundled         the tables that come with scikit-learn
frame           DataFrames of a running program
"""
