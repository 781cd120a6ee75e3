requirements = slot("requirements")
# The score was computed with these versions. To install them, uncomment the next line.
# %pip install {" ".join(requirements)}
