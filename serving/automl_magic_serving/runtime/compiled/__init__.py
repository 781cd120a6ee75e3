"""compiled: fast inference for a few rows.

trees           boosters and forests as plain arrays of nodes
readers/        one reader per library, which converts its trees to that form
onnx_graph      trees as one ONNX graph, run by onnxruntime in one thread
views           the feature steps of all views for one row, without repeated lookups
parity          sample rows within the schema, to compare two backends
inference_plan  the backend of each member, up to how many rows, and why
"""
