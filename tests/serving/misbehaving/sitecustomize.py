"""Makes versions slow or faulty in a server that runs with this folder on its PYTHONPATH.

What a version does is read anew for each answer from the file that AUTOML_TEST_BEHAVIOUR names.
Python imports this module by its name when it starts.
"""

import importlib.abc
import importlib.util
import json
import os
import random
import sys
import time
from pathlib import Path

_PATIENT = "automl_magic_serving.runtime.served_model"


def _misbehaving(answer):
    def misbehaves(self, rows):
        behaviour = Path(os.environ["AUTOML_TEST_BEHAVIOUR"])
        message = json.loads(behaviour.read_text()) if behaviour.exists() else {}
        what = message.get(f"{self.model}/{self.version}", {})
        time.sleep(what.get("sleep_s", 0.0))
        if random.random() < what.get("fails", 0.0):
            raise ArithmeticError("a member of the model has failed")
        return answer(self, rows)

    return misbehaves


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != _PATIENT:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        loaded = spec.loader.exec_module

        def load(module):
            loaded(module)
            module.ServedModel.predict = _misbehaving(module.ServedModel.predict)

        spec.loader.exec_module = load
        return spec


sys.meta_path.insert(0, _Finder())
