"""compiled: the members of a recipe, made ready to answer a few rows quickly.

trees        boosters and forests as plain arrays of nodes
readers/     how the trees of each library become that (one file each)
graph        such trees as one ONNX graph, run by onnxruntime in one thread
views        the feature steps of all views for one row, without looking anything up twice
parity       rows that a schema allows, to compare two ways with
plan         which member goes which way, from how many rows on, and why
"""
