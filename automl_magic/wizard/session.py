"""Session: one person's way through the wizard. Holds the answers, and does what is asked for.

Whatever takes time happens in one worker thread, in order; what was overtaken by a newer answer is
dropped. A run has a thread of its own. `changed` is called from any of these threads.
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
from automl_magic.runs.opened import look_here_by_default
from automl_magic.wizard import suggest
from automl_magic.wizard.answers import Answers
from automl_magic.wizard.attempt import Attempt, going_on
from automl_magic.wizard.browse import LARGEST_UPLOAD_BYTES, free_path
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.table import Table, read
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.reasons import Account

REPORT = "report.html"
STEPS = ("data", "target", "goal", "limits", "review", "run", "result")
# What an answer makes uncertain: it is asked again, with a default from the new data.
_FOLLOWS = {
    "source": ("target", "exclude", "task", "metric", "sensitive", "budget_s", "folder"),
    "target": ("task", "metric", "sensitive", "exclude"),
    "task": ("metric",),
}
_FIELDS = {field.name: field for field in dataclasses.fields(Answers)}
_ANSWERABLE = frozenset(_FIELDS) - {"schema_version", "step", "run_id", "model"}
_WITHOUT_EFFECT_ON_THE_PLAN = frozenset({"folder", "problem"})
# From so many cells on, a minute is too short for more than a first look.
_MANY_CELLS, _FEW_CELLS = 2_000_000, 100_000


@dataclasses.dataclass(frozen=True)
class Result:
    """What a run came to, as the last step shows it."""

    run: Run
    board: Leaderboard
    account: Account


class Session:
    """One person's way through the wizard.

    Parameters
    ----------
    folder : Path
        Where files are looked for, and where the notebooks are written.
    names : callable
        Returns the names of the kernel, for its DataFrames.
    changed : callable
        Called after every change.
    drafts : Drafts
        Where the answers are kept.
    workspace : Workspace
        Where runs and models are kept.
    answers : Answers, optional
        Where to begin.
    """

    def __init__(
        self,
        *,
        folder: Path,
        names: Callable[[], Mapping[str, Any]],
        changed: Callable[[], None],
        drafts: Drafts,
        workspace: Workspace,
        answers: Answers | None = None,
    ) -> None:
        self._workspace = workspace
        self.folder, self.names, self._changed, self._drafts = folder, names, changed, drafts
        self.answers = answers or Answers()
        self.table: Table | None = None
        self.plan: Plan | None = None
        # A look at a table towards a target; it is the same for every budget and cost.
        self._looked: tuple[Table, str, Dataset] | None = None
        self.attempt = going_on(self.answers.run_id)
        self.result: Result | None = None
        self.registered: ModelVersion | None = None
        self.report: Path | None = None
        self.problem: AutomlMagicError | None = None
        self.busy: str | None = None
        self.browsing = ""
        self.uploading: tuple[str, int, int] | None = None
        self.resumed = answers is not None and answers != Answers()
        self._upload: Path | None = None
        self.is_explaining = False
        self._work = ThreadPoolExecutor(1, thread_name_prefix="automl-wizard")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="automl-wizard-aside")
        self._turn = 0
        self._lock = threading.RLock()
        if self.answers.source is not None:
            self._read()
        if self.attempt is not None:
            self.attempt.listen(self._hear_attempt)
        elif self.answers.run_id is not None:
            self._look_up(self.answers.run_id)

    def do(self, message: Mapping[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Do what a message from the page asks for. What it gets wrong becomes the problem."""
        known = {
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
        action = known.get(str(message.get("do")))
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
        """Stay until what takes time is done; for tests, and for whoever scripts a wizard."""
        if self.attempt is not None:
            self.attempt.join(timeout_s)
        for worker in (self._work, self._aside):
            worker.submit(lambda: None).result(timeout_s)

    @property
    def frames(self) -> list[tuple[str, tuple[int, int]]]:
        """The DataFrames of the kernel: names and shapes."""
        from automl_magic.wizard.frames import frames_of

        return frames_of(self.names())

    @property
    def budget_s(self) -> float:
        """The seconds of the search: what was answered, else what fits the size of the table."""
        if self.answers.budget_s is not None or self.table is None:
            return self.answers.budget_s or 60.0
        n_cells = self.table.frame.size
        return 30.0 if n_cells <= _FEW_CELLS else 60.0 if n_cells <= _MANY_CELLS else 300.0

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The sensitive columns: what was answered, else those whose names say so."""
        if self.answers.sensitive is not None:
            return self.answers.sensitive
        if self.table is None:
            return ()
        return suggest.sensitive(self.table.dataset.columns, self.answers.target)

    @property
    def result_folder(self) -> Path:
        """The folder of the plan that was run, or this wizard's where that is not known."""
        run = self.result.run if self.result else None
        folder = Path(run.notebook).parent if run else self.folder
        return folder if folder.is_dir() and folder.is_relative_to(self.folder) else self.folder

    @property
    def complete(self) -> Answers:
        """The answers with the defaults that this session chose from the data."""
        return dataclasses.replace(
            self.answers,
            budget_s=self.budget_s,
            sensitive=self.sensitive,
            folder=self.answers.folder or str(self._default_folder()),
        )

    def may_go(self, step: str) -> bool:
        """Say whether a step can be shown: what it needs has been answered."""
        return {
            "data": True,
            "target": self.table is not None,
            "goal": self.plan is not None,
            "limits": self.plan is not None,
            "review": self.plan is not None,
            "run": self.plan is not None or self.attempt is not None,
            "result": self.result is not None,
        }.get(step, False)

    def _default_folder(self) -> Path:
        from automl_magic.runs.plan_folder import default_folder

        return default_folder(self.table.dataset.name if self.table else "table")

    def _answer(self, **changes: Any) -> None:
        self.answers = dataclasses.replace(self.answers, **changes)
        self._drafts.keep(self.answers)

    def _set(self, message: Mapping[str, Any]) -> None:
        name, value = str(message.get("name")), message.get("value")
        if name not in _ANSWERABLE:
            return
        value = None if value == "" else value
        if name == "source" and value is not None:
            credential_of(str(value))  # before it is kept as a draft
        document = self.answers.to_json() | {name: value}
        for follower in _FOLLOWS.get(name, ()):
            document[follower] = () if follower == "exclude" else None
        try:
            changed = Answers.from_json(document)
        except RecordProblem as found:
            raise AutomlMagicError(
                f"{_label(name)} cannot be {found.found.removeprefix('the number ')}.",
                why=f"It must be {found.expected}.",
                fix="Give another value, or leave it empty.",
            ) from found
        if changed == self.answers:
            return
        self.answers = changed
        self._drafts.keep(changed)
        if name == "source":
            self.table = self.plan = None
            self._read()
        elif name not in _WITHOUT_EFFECT_ON_THE_PLAN:
            self._decide()

    def _go(self, message: Mapping[str, Any]) -> None:
        step = str(message.get("step"))
        if self.may_go(step):
            self._answer(step=step)

    def _browse(self, message: Mapping[str, Any]) -> None:
        from automl_magic.wizard.browse import listing

        folder = str(message.get("folder") or "")
        listing(self.folder, folder)
        self.browsing = folder

    def _later(self, label: str, work: Callable[[], None]) -> None:
        """Do something in the worker thread, unless something newer has been asked for by then."""
        self._turn += 1
        turn, self.busy = self._turn, label

        def job() -> None:
            if turn != self._turn:
                return
            found = _problem_of(work)
            with self._lock:
                if turn == self._turn:
                    self.busy, self.problem = None, found
            self._changed()

        self._work.submit(job)

    def _read(self) -> None:
        source = self.answers.source
        assert source is not None

        def work() -> None:
            table = read(source, self.folder, self.names())
            with self._lock:
                if self.answers.source != source:
                    return
                self.table = table
                if self.answers.target is None:
                    guess = suggest.target(table.dataset.columns)
                    self._answer(target=guess[0] if guess else None)
            if self.answers.target is not None:
                self._make_plan()

        self._later("Reading the data", work)

    def _decide(self) -> None:
        self.plan = None
        if self.table is not None and self.answers.target is not None:
            self._later("Looking at the data", self._make_plan)

    def _make_plan(self) -> None:
        table, answers = self.table, self.answers
        assert table is not None
        assert answers.target is not None
        looked = self._looked
        if looked is not None and looked[:2] != (table, answers.target):
            looked = None
        plan = flow.preview(
            table.frame,
            answers.target,
            name=table.dataset.name,
            source=table.written,
            dataset=looked[2] if looked else None,
            workspace=self._workspace,
            **self.complete.options(),
        )
        with self._lock:
            if (self.table, self.answers.target) == (table, answers.target):
                self.plan, self._looked = plan, (table, answers.target, plan.dataset)

    def _take_upload(self, message: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        name, offset, size = str(message.get("name")), message.get("offset"), message.get("size")
        if not isinstance(offset, int) or not isinstance(size, int) or not buffers:
            return
        if not 0 < size <= LARGEST_UPLOAD_BYTES:
            raise AutomlMagicError(
                f"{name[:80]!r} cannot be uploaded.",
                why=f"It has {size:,} bytes; {LARGEST_UPLOAD_BYTES:,} are the most.",
                fix="Put the file into this folder by another way, and choose it above.",
            )
        if offset == 0:
            self._upload = free_path(self.folder, name).with_suffix(".part")
            self._upload.unlink(missing_ok=True)
        part = self._upload
        if part is None or (part.stat().st_size if part.exists() else 0) != offset:
            raise AutomlMagicError(
                f"The upload of {name[:80]!r} was interrupted.",
                why="A piece of it is missing.",
                fix="Choose the file again.",
            )
        with part.open("ab") as file:
            file.write(buffers[0])
        done = offset + len(buffers[0])
        self.uploading = (name, done, size)
        if done >= size:
            self._upload, self.uploading = None, None
            path = free_path(self.folder, name)
            part.replace(path)
            self._set({"name": "source", "value": path.relative_to(self.folder).as_posix()})

    def _start(self) -> None:
        if self.table is None or self.plan is None or self.answers.target is None:
            return
        if self.attempt is not None and not self.attempt.is_over:
            return
        whole = self.complete
        assert whole.folder is not None
        folder = Path(whole.folder)
        if folder.exists():
            folder = self._default_folder()
        self.result = self.registered = self.report = None
        self._answer(step="run", run_id=None, model=None, folder=None)
        self.attempt = Attempt(
            self.table.data,
            self.answers.target,
            whole.options(),
            (self.folder / folder).absolute(),
            self._workspace,
        )
        self.attempt.listen(self._hear_attempt)
        self.attempt.start()

    def _hear_attempt(self) -> None:
        attempt = self.attempt
        if attempt is None:
            return
        if attempt.run_id is not None and attempt.run_id != self.answers.run_id:
            with self._lock:
                self._answer(run_id=attempt.run_id)
        if attempt.outcome is not None and attempt.outcome.run.status is RunStatus.SUCCEEDED:
            self._look_up(attempt.outcome.run.run_id)
        self._changed()

    def _look_up(self, run_id: str) -> None:
        def work() -> None:
            here = self._workspace
            run = flow.find_run(run_id, workspace=here)
            if run.status is not RunStatus.SUCCEEDED:
                return
            result = Result(
                run, flow.leaderboard(run_id, workspace=here), flow.why(run_id, workspace=here)
            )
            with self._lock:
                self.result = result
                if self.answers.step == "run":
                    self._answer(step="result")

        self._later("Reading the result", work)

    def _stop(self, *, cancel: bool) -> None:
        if self.attempt is not None and not self.attempt.is_over:
            self.attempt.stop(cancel=cancel)

    def _register(self, message: Mapping[str, Any]) -> None:
        if self.result is None:
            return
        run_id, name = self.result.run.run_id, str(message.get("value") or "")

        def work() -> None:
            version = flow.register(run_id, name, workspace=self._workspace)
            look_here_by_default(self._workspace)
            with self._lock:
                self.registered = version
                self._answer(model=name)

        self._later("Registering the model", work)

    def _explain(self) -> None:
        if self.result is None or self.is_explaining:
            return
        run_id, folder = self.result.run.run_id, self.result_folder
        self.is_explaining = True

        def work() -> None:
            from automl_magic.pages.report import Report

            explained = flow.explain(run_id, workspace=self._workspace)
            Report.of(explained.outcome.run.run_id, self._workspace).write(folder / REPORT)

        def job() -> None:
            found = _problem_of(work)
            with self._lock:
                self.is_explaining = False
                if found is not None:
                    self.problem = found
                elif self.result is not None and self.result.run.run_id == run_id:
                    self.report = folder / REPORT
            self._changed()

        # It takes most of a minute, in which every question is still to be answered.
        self._aside.submit(job)

    def _forget(self) -> None:
        if self.attempt is not None and not self.attempt.is_over:
            return
        self._turn += 1
        self.answers, self.table, self.plan, self.busy = Answers(), None, None, None
        self.attempt = self.result = self.registered = self.report = None
        self.resumed = False
        self._drafts.forget()


def _problem_of(work: Callable[[], None]) -> AutomlMagicError | None:
    """Do something in a thread; return the error that it ended with, if any."""
    try:
        work()
    except AutomlMagicError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a thread's error would be seen by nobody
        return AutomlMagicError(
            "This did not work, for a reason that nobody has foreseen.",
            why=f"{type(error).__name__}: {error}",
            fix="Try again; if it stays, say so in an issue with these lines.",
        )
    return None


def _label(name: str) -> str:
    return {
        "cost_false_positive": "The cost of a wrong yes",
        "cost_false_negative": "The cost of a wrong no",
        "budget_s": "The time",
        "latency_ms_p95": "The time for one row",
    }.get(name, name.replace("_", " ").capitalize())
