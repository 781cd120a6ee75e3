from automl_magic.learn.budget import Budget


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_the_clock_runs_from_the_start_and_stands_still_at_the_end():
    clock = Clock()
    budget = Budget(60, clock)
    clock.now += 20
    assert (budget.elapsed_s, budget.left_s, budget.deadline) == (20, 40, 160)

    budget.end()
    clock.now += 5
    assert (budget.elapsed_s, budget.left_s) == (20, 40)


def test_the_end_of_a_search_is_reserved_a_tenth_and_never_much():
    assert Budget(10).reserved_s == 1.0
    assert Budget(600).reserved_s == 3.0


def test_what_the_final_fits_need_is_not_usable():
    clock = Clock()
    budget = Budget(100, clock)
    clock.now += 40

    assert budget.usable_s(final_fits_s=20) == 100 - 40 - 3 - 20
