requirements = slot("requirements")
# The score was made with these versions. To install them here, run the next line without its "# ".
# %pip install {" ".join(requirements)}
