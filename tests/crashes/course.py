"""How the day goes when nobody dies, and how it goes on when somebody does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import RunningSandbox
from tests.crashes.day import Day
from tests.crashes.ending import Ending, differences, ending
from tests.crashes.lives import Nursery, Order
from tests.crashes.snapshots import Snapshot, take_snapshot
from tests.processes import RemoteSandbox


@dataclass(frozen=True)
class Moment:
    """A moment of a step, and its name."""

    step: int
    number: int
    name: str


@dataclass
class Course:
    """The day without a crash: how everything stood around each step, and the moments that it went through."""

    lives: Nursery
    sandbox: RunningSandbox
    day: Day
    before: list[Snapshot] = field(default_factory=list)
    after: list[Ending] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    @property
    def last_step(self) -> int:
        return len(self.day.steps) - 1

    def next_quiet_step(self, step: int) -> int:
        """Return the first step from here on after which nothing is left to do."""
        return next(number for number in range(step, len(self.day.steps)) if self.day.steps[number].is_quiet)

    def die_at(self, moment: Moment, *, last_step: int, die_again_at: int | None) -> list[str]:
        """Begin again from that step, die, let others take over until the last step, and return what differs then.

        Whoever takes over first dies too where it comes to as many moments as `die_again_at`.
        """
        self.before[moment.step].put_back(self.sandbox)
        life = self.lives.live(Order(moment.step, moment.step, kill_at=moment.number))
        wrong = [] if life.signal and life.moments[-1] == moment.name else [f"died at {life.moments[-1]}"]
        step = moment.step
        if die_again_at is not None:
            life = self.lives.live(Order(step, last_step, is_restart=True, kill_at=die_again_at))
            step = life.step
        if life.signal:
            self.lives.live(Order(step, last_step, is_restart=True))
        return wrong + differences(self.after[last_step], ending(self.sandbox))


def live_through(lives: Nursery, sandbox: RunningSandbox, folder: Path) -> Course:
    """Live the day step by step without a crash."""
    course = Course(lives, sandbox, Day(RemoteSandbox(sandbox.url)))
    for number in range(len(course.day.steps)):
        course.before.append(take_snapshot(sandbox, folder / f"{number}.json"))
        life = lives.live(Order(number, number))
        course.after.append(ending(sandbox))
        course.moments += [Moment(number, place, name) for place, name in enumerate(life.moments)]
    return course
