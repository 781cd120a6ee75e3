"""Sources of tables, one file each.

base            the interface: rows, schema, preview, sample, fingerprint, and code
registry        built-in sources and those of other packages, and which source a text belongs to
address         references to credentials in a source's text
file_source     files of one format, parsed in a child process: delimited, json_records, parquet
parquet_folder  many Parquet files as one table
bundled         the datasets that come with scikit-learn
frame           DataFrames of a running program
"""
