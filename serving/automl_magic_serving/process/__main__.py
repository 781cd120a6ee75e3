"""`python -m automl_magic_serving.process SETUP`: one worker, started by its parent."""

import sys

from automl_magic_serving.process.worker import main

if __name__ == "__main__":
    main(sys.argv[1])
