import os

credential = os.environ[slot("variable")]
