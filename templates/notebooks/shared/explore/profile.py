dataset = data.profile(
    table,
    name=slot("name"),
    source=data_source,
    read=data.read_call(table),
    target=target,
    kinds=slot("kinds"),
)
data.report(dataset)
