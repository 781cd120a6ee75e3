dataset = data.profile(
    table,
    name=slot("name"),
    source=data_source,
    read=data.read_call(data_source),
    target=target,
    kinds=slot("kinds"),
)
data.report(dataset)
