"""WizardSession: the state of one wizard. Holds the answers and handles the user's actions.

One worker thread does slow work, in order. Work that a newer answer made obsolete is dropped. Each
run and explanation has its own thread. `changed` is called from any of these threads.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic import flow
from automl_magic.data.sources.address import credential_of
from automl_magic.display.translation import _
from automl_magic.errors import AutomlMagicError
from automl_magic.records import (
    Dataset,
    Leaderboard,
    ModelVersion,
    Plan,
    RecordProblem,
    Run,
    RunStatus,
)
from automl_magic.runs.backends import set_default_tracking
from automl_magic.wizard import suggest
from automl_magic.wizard.answers import Answers
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.missing import FIELD, missing_words, with_words
from automl_magic.wizard.table import ProfiledTable, load_table
from automl_magic.wizard.uploads import Upload
from automl_magic.wizard.wizard_run import WizardRun, active_run
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.decision_log import DecisionLog

REPORT = "report.html"
STEPS = ("data", "target", "goal", "limits", "review", "run", "result")
# Answers to reset when another answer changes. They get new defaults.
_DEPENDENT = {
    "source": (
        "missing",
        "target",
        "exclude",
        "include",
        "task",
        "metric",
        "sensitive",
        "budget_s",
        "folder",
    ),
    "target": ("task", "metric", "sensitive", "exclude", "include"),
    "task": ("metric",),
}
_EMPTY: Mapping[str, object] = {"exclude": (), "include": (), "missing": {}}
_FIELDS = {field.name: field for field in dataclasses.fields(Answers)}
_ANSWERABLE = frozenset(_FIELDS) - {
    "schema_version", "step", "run_id", "model", "missing",
}  # fmt: skip
_WITHOUT_EFFECT_ON_THE_PLAN = frozenset({"folder", "problem"})
# Table sizes, in cells, that set the default budget.
_MANY_CELLS, _FEW_CELLS = 2_000_000, 100_000


@dataclasses.dataclass(frozen=True)
class WizardResult:
    """The result of a run, as the last step shows it."""

    run: Run
    leaderboard: Leaderboard
    decision_log: DecisionLog


class WizardSession:
    """The state of one wizard.

    Parameters
    ----------
    folder : Path
        Folder to look for tables in and to write notebooks to.
    names : callable
        Returns the kernel's namespace, to find DataFrames in.
    changed : callable
        Called after every change.
    drafts : Drafts
        Where the answers are saved.
    workspace : Workspace
        Where runs and models are stored.
    answers : Answers, optional
        Answers to start with.
    """

    def __init__(
        self,
        *,
        folder: Path,
        names: Callable[[], Mapping[str, object]],
        changed: Callable[[], None],
        drafts: Drafts,
        workspace: Workspace,
        answers: Answers | None = None,
    ) -> None:
        self._workspace = workspace
        self.folder, self.names, self._changed, self._drafts = folder, names, changed, drafts
        self.answers = answers or Answers()
        self.table: ProfiledTable | None = None
        self.plan: Plan | None = None
        # The profile for a table and target doesn't depend on budgets and costs.
        self._profiled: tuple[ProfiledTable, str, Dataset] | None = None
        self.wizard_run = active_run(self.answers.run_id)
        self.result: WizardResult | None = None
        self.model_version: ModelVersion | None = None
        self.report: Path | None = None
        self.problem: AutomlMagicError | None = None
        self.busy: str | None = None
        # The column whose missing values the user asked to set, though it has none so far.
        self.missing_column: str | None = None
        self.browsing = ""
        self.upload = Upload(folder)
        self.resumed = answers is not None and answers != Answers()
        self.is_explaining = False
        self._work = ThreadPoolExecutor(1, thread_name_prefix="automl-wizard")
        self._background = ThreadPoolExecutor(1, thread_name_prefix="automl-wizard-background")
        self._turn = 0
        self._lock = threading.RLock()
        if self.answers.source is not None:
            self._read()
        if self.wizard_run is not None:
            self.wizard_run.add_listener(self._on_attempt_change)
        elif self.answers.run_id is not None:
            self._load_result(self.answers.run_id)

    def handle(
        self, message: Mapping[str, object], buffers: Sequence[bytes | memoryview] = ()
    ) -> None:
        """Handle a message from the page. An error becomes `problem`."""
        actions: dict[str, Callable[[Mapping[str, object]], None]] = {
            "set": self._set,
            "go": self._go,
            "browse": self._browse,
            "upload": lambda m: self._take_upload(m, buffers),
            "start": lambda _: self._start(),
            "stop": lambda _: self._stop(cancel=False),
            "cancel": lambda _: self._stop(cancel=True),
            "register": self._register,
            "explain": lambda _: self._explain(),
            "forget": lambda _: self._forget(),
        }
        action = actions.get(str(message.get("do")))
        if action is None:
            return
        with self._lock:
            self.problem = None
            try:
                action(message)
            except AutomlMagicError as error:
                self.problem = error
        self._changed()

    def wait(self, timeout_s: float = 60.0) -> None:
        """Wait until all work is done. For tests and scripts."""
        if self.wizard_run is not None:
            self.wizard_run.join(timeout_s)
        for worker in (self._work, self._background):
            worker.submit(lambda: None).result(timeout_s)

    @property
    def frames(self) -> list[tuple[str, tuple[int, int]]]:
        """The names and shapes of the DataFrames in the kernel."""
        from automl_magic.wizard.frames import frames_of

        return frames_of(self.names())

    @property
    def budget_s(self) -> float:
        """The search time in seconds: the user's answer, or a default for the size of the table."""
        if self.answers.budget_s is not None or self.table is None:
            return self.answers.budget_s or 60.0
        n_cells = self.table.frame.size
        return 30.0 if n_cells <= _FEW_CELLS else 60.0 if n_cells <= _MANY_CELLS else 300.0

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The sensitive columns: the user's answer, or those suggested by their names."""
        if self.answers.sensitive is not None:
            return self.answers.sensitive
        if self.table is None:
            return ()
        return suggest.suggest_sensitive(self.table.dataset.columns, self.answers.target)

    @property
    def result_folder(self) -> Path:
        """The folder of the plan that was run, or the wizard's folder if that's unknown."""
        run = self.result.run if self.result else None
        folder = Path(run.notebook).parent if run else self.folder
        return folder if folder.is_dir() and folder.is_relative_to(self.folder) else self.folder

    @property
    def with_defaults(self) -> Answers:
        """The answers with the session's defaults filled in."""
        return dataclasses.replace(
            self.answers,
            budget_s=self.budget_s,
            sensitive=self.sensitive,
            folder=self.answers.folder or str(self._default_folder()),
        )

    def can_open(self, step: str) -> bool:
        """Return whether a step can be shown: all that it needs has been answered."""
        return {
            "data": True,
            "target": self.table is not None,
            "goal": self.plan is not None,
            "limits": self.plan is not None,
            "review": self.plan is not None,
            "run": self.plan is not None or self.wizard_run is not None,
            "result": self.result is not None,
        }.get(step, False)

    def _default_folder(self) -> Path:
        from automl_magic.runs.plan_folder import default_folder

        return default_folder(self.table.dataset.name if self.table else "table")

    def _answer(self, **changes: Any) -> None:
        self.answers = dataclasses.replace(self.answers, **changes)
        self._drafts.save(self.answers)

    def _set(self, message: Mapping[str, object]) -> None:
        name, value = str(message.get("name")), message.get("value")
        if name.startswith(FIELD):
            self._set_missing(name.removeprefix(FIELD), str(value or ""))
            return
        if name == "missing_column":
            self.missing_column = str(value)
            return
        if name not in _ANSWERABLE:
            return
        value = None if value == "" else value
        if name == "source" and value is not None:
            credential_of(str(value))  # rejects a secret before it's saved in a draft
        document = self.answers.to_json() | {name: value}
        for dependent in _DEPENDENT.get(name, ()):
            document[dependent] = _EMPTY.get(dependent)
        try:
            changed = Answers.from_json(document)
        except RecordProblem as error:
            raise AutomlMagicError(
                f"{_label(name)} can't be {error.literal}.",
                why=f"It must be {error.expected}.",
                fix="Enter another value, or leave the field empty.",
            ) from error
        if changed == self.answers:
            return
        self.answers = changed
        self._drafts.save(changed)
        if name == "source":
            self.table = self.plan = self.missing_column = None
            self._read()
        elif name not in _WITHOUT_EFFECT_ON_THE_PLAN:
            self._decide()

    def _set_missing(self, position: str, text: str) -> None:
        """Set the texts that are missing values in a column, and read the table again."""
        table = self.table
        if table is None or not position.isdecimal():
            return
        columns = table.dataset.columns[int(position) : int(position) + 1]
        for column in columns:
            self._answer(missing=with_words(self.answers.missing, column.name, text))
            self.plan = self._profiled = None
            self._read()

    def _go(self, message: Mapping[str, object]) -> None:
        step = str(message.get("step"))
        if self.can_open(step):
            self._answer(step=step)

    def _browse(self, message: Mapping[str, object]) -> None:
        from automl_magic.wizard.browse import list_folder

        folder = str(message.get("folder") or "")
        list_folder(self.folder, folder)
        self.browsing = folder

    def _later(self, label: str, work: Callable[[], None]) -> None:
        """Do something in the worker thread, unless something newer is requested by then."""
        self._turn += 1
        turn, self.busy = self._turn, label

        def job() -> None:
            if turn != self._turn:
                return
            error = _error_of(work)
            with self._lock:
                if turn == self._turn:
                    self.busy, self.problem = None, error
            self._changed()

        self._work.submit(job)

    def _read(self) -> None:
        source = self.answers.source
        assert source is not None
        missing = self.answers.missing

        def work() -> None:
            table = load_table(source, self.folder, self.names(), missing_words(missing))
            with self._lock:
                if (self.answers.source, self.answers.missing) != (source, missing):
                    return
                self.table = table
                if self.answers.target is None:
                    guess = suggest.suggest_target(table.dataset.columns)
                    self._answer(target=guess[0] if guess else None)
            if self.answers.target is not None:
                self._make_plan()

        self._later(_("Reading the data…"), work)

    def _decide(self) -> None:
        self.plan = None
        if self.table is not None and self.answers.target is not None:
            self._later(_("Checking the data…"), self._make_plan)

    def _make_plan(self) -> None:
        table, answers = self.table, self.answers
        assert table is not None
        assert answers.target is not None
        profiled = self._profiled
        if profiled is not None and profiled[:2] != (table, answers.target):
            profiled = None
        plan = flow.preview(
            table.frame,
            answers.target,
            name=table.dataset.name,
            source=table.code_name,
            dataset=profiled[2] if profiled else None,
            workspace=self._workspace,
            **self.with_defaults.options(),
        )
        with self._lock:
            if (self.table, self.answers.target) == (table, answers.target):
                self.plan, self._profiled = plan, (table, answers.target, plan.dataset)

    def _take_upload(
        self, message: Mapping[str, object], buffers: Sequence[bytes | memoryview]
    ) -> None:
        path = self.upload.add(message, buffers)
        if path is not None:
            self._set({"name": "source", "value": path.relative_to(self.folder).as_posix()})

    def _start(self) -> None:
        if self.table is None or self.plan is None or self.answers.target is None:
            return
        if self.wizard_run is not None and not self.wizard_run.is_finished:
            return
        answers = self.with_defaults
        assert answers.folder is not None
        folder = Path(answers.folder)
        if folder.exists():
            folder = self._default_folder()
        self.result = self.model_version = self.report = None
        self._answer(step="run", run_id=None, model=None, folder=None)
        self.wizard_run = WizardRun(
            self.table.data,
            self.answers.target,
            answers.options(),
            (self.folder / folder).absolute(),
            self._workspace,
        )
        self.wizard_run.add_listener(self._on_attempt_change)
        self.wizard_run.start()

    def _on_attempt_change(self) -> None:
        attempt = self.wizard_run
        if attempt is None:
            return
        if attempt.run_id is not None and attempt.run_id != self.answers.run_id:
            with self._lock:
                self._answer(run_id=attempt.run_id)
        if attempt.outcome is not None and attempt.outcome.run.status is RunStatus.SUCCEEDED:
            self._load_result(attempt.outcome.run.run_id)
        self._changed()

    def _load_result(self, run_id: str) -> None:
        def work() -> None:
            here = self._workspace
            run = flow.find_run(run_id, workspace=here)
            if run.status is not RunStatus.SUCCEEDED:
                return
            result = WizardResult(
                run, flow.leaderboard(run_id, workspace=here), flow.why(run_id, workspace=here)
            )
            with self._lock:
                self.result = result
                if self.answers.step == "run":
                    self._answer(step="result")

        self._later(_("Reading the result…"), work)

    def _stop(self, *, cancel: bool) -> None:
        if self.wizard_run is not None and not self.wizard_run.is_finished:
            self.wizard_run.stop(cancel=cancel)

    def _register(self, message: Mapping[str, object]) -> None:
        if self.result is None:
            return
        run_id, name = self.result.run.run_id, str(message.get("value") or "")

        def work() -> None:
            version = flow.register(run_id, name, workspace=self._workspace)
            set_default_tracking(self._workspace)
            with self._lock:
                self.model_version = version
                self._answer(model=name)

        self._later(_("Registering the model…"), work)

    def _explain(self) -> None:
        if self.result is None or self.is_explaining:
            return
        run_id, folder = self.result.run.run_id, self.result_folder
        self.is_explaining = True

        def work() -> None:
            from automl_magic.pages.report import ExplainReport

            result = flow.explain(run_id, workspace=self._workspace)
            ExplainReport.of(result.outcome.run.run_id, self._workspace).write(folder / REPORT)

        def job() -> None:
            error = _error_of(work)
            with self._lock:
                self.is_explaining = False
                if error is not None:
                    self.problem = error
                elif self.result is not None and self.result.run.run_id == run_id:
                    self.report = folder / REPORT
            self._changed()

        # This takes most of a minute. The user can keep answering.
        self._background.submit(job)

    def _forget(self) -> None:
        if self.wizard_run is not None and not self.wizard_run.is_finished:
            return
        self._turn += 1
        self.answers, self.table, self.plan, self.busy = Answers(), None, None, None
        self.wizard_run = self.result = self.model_version = self.report = None
        self.resumed = False
        self._drafts.delete()


def _error_of(work: Callable[[], None]) -> AutomlMagicError | None:
    """Do something in a thread, and return its error, if any."""
    try:
        work()
    except AutomlMagicError as error:
        return error
    except Exception as error:  # noqa: BLE001 - errors of a thread would be lost
        return AutomlMagicError(
            "This failed with an unexpected error.",
            why=f"{type(error).__name__}: {error}",
            fix="Try again. If it keeps failing, open an issue with these lines.",
        )
    return None


def _label(name: str) -> str:
    return {
        "cost_false_positive": "The cost of a false positive",
        "cost_false_negative": "The cost of a false negative",
        "budget_s": "The search time",
        "latency_ms_p95": "The latency limit",
    }.get(name, name.replace("_", " ").capitalize())
