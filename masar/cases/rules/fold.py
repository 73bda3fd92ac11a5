"""The fold: from the accepted events of a request, in order, to where it stands. One implementation for one and many.

`fold` reads them all; `follow` goes on from a stored standing when the new event comes last, and says so when not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from masar.cases.rules.clock import CITIZEN, Holder, Meter, Span, limit_ends_at
from masar.cases.rules.events import SELF, Event
from masar.cases.rules.family import ChildTurn, onward, turns_of, verdict, waited_for
from masar.cases.rules.order import in_order, tail_of, voided
from masar.cases.rules.standing import Asked, Case, Child, Folded, Move, Standing, Turn, withdrawal_of
from masar.catalogue.rules.definition import Definition, Step


class NotOpened(ValueError):
    """A set of events without the one that opens the request."""


def fold(case: Case, events: Iterable[Event], children: Sequence[Child] = ()) -> Folded:
    """Fold all accepted events of a request. Raises: NotOpened when none opens it."""
    ordered = in_order(events)
    gone = voided([event for _, event in ordered])
    first = next((item for item in ordered if item[1].type == "opened"), None)
    if first is None:
        raise NotOpened("no event opens this request")
    walk = [first, *(item for item in ordered if item is not first)]  # the opening leads, whatever was dated before it
    run = _Run(case, _begin(case, *first))
    run.standing.voids = sorted(gone)
    happenings: list[tuple[datetime, int, int, Event | ChildTurn]] = [*turns_of(children, first[0])]
    happenings += [(max(at, first[0]), 0, number, event) for number, (at, event) in enumerate(walk)]
    for at, _, _, what in sorted(happenings, key=lambda item: item[:3]):
        if isinstance(what, ChildTurn):
            run.child(at, what)
        elif what.name in gone:
            run.skip(at, what)
        else:
            run.event(at, what)
    run.close_span()
    for at, event in ordered:
        _keep_tail(run.standing, at, event)
    return Folded(run.standing, run.spans, run.moves, run.turns, run.places)


def child_of(case: Case, id_: int, events: Sequence[Event], *, is_appeal: bool) -> Child:
    """Fold a sub-request into what its parent must know of it."""
    folded = fold(case, events)
    opening = folded.moves[0].event.name
    return Child(case.definition.id, folded.standing.opened_at, opening, id_, folded.turns, is_appeal)


def follow(case: Case, standing: Standing, event: Event) -> Move | None:
    """Go on from a standing with one more event, changing it. None, and nothing changed, unless it comes last.

    A correction, and anything on a request with sub-requests, needs the whole fold: the caller sees to that.
    """
    tail = standing.tails.get(event.source)
    if event.type in ("corrected", "opened") or (tail is not None and not tail.precedes(event)):
        return None
    effective = max(tail.effective, event.at) if tail else event.at
    if standing.last_at is None or (effective, event.source) < (standing.last_at, standing.last_source):
        return None
    run = _Run(case, standing)
    if event.name in {tuple(name) for name in standing.voids}:
        run.skip(effective, event)
    else:
        run.event(max(effective, standing.opened_at), event)
    _keep_tail(standing, effective, event)
    return run.moves[-1]


def _keep_tail(standing: Standing, effective: datetime, event: Event) -> None:
    tail = standing.tails.get(event.source)
    standing.tails[event.source] = tail.then(event) if tail else tail_of(event)
    standing.last_at, standing.last_source = effective, event.source


def _begin(case: Case, at: datetime, event: Event) -> Standing:
    definition = case.definition
    first = definition.steps.get(str(event.facts.get("step"))) or definition.first
    promise = Meter.begin(definition.promise, at, case.calendar_of(case.home)) if definition.promise else None
    return Standing(
        step=first.id,
        state=first.state,
        since=at,
        held_since=at,
        opened_at=at,
        holder=None,
        promise=promise,
        last_at=at,
        skips=list(event.facts.get("skips", ())),
    )


class _Run:
    """One walk over events: the standing that changes, and the spans and moves it leaves behind."""

    def __init__(self, case: Case, standing: Standing) -> None:
        self.case = case
        self.standing = standing
        self.spans: list[Span] = []
        self.moves: list[Move] = []
        self.turns: list[Turn] = []
        self.places: set[str] = set()
        self._children: dict[int, ChildTurn] = {}
        self._has_begun = standing.holder is not None or standing.closed_at is not None

    # What happens

    def event(self, at: datetime, event: Event) -> None:
        """Apply one event at its effective time."""
        before = len(self.spans), self.standing.step, self.standing.outcome, self.standing.since
        is_off_path = _DO[event.type](self, at, event)
        after = len(self.spans), self.standing.step, self.standing.outcome, self.standing.since
        place = self.standing.outcome or self.standing.step
        self.standing.off_path += is_off_path
        self.standing.last_type = event.type
        self.moves.append(Move(event, at, place if after != before or event.type == "opened" else None, is_off_path))

    def skip(self, at: datetime, event: Event) -> None:
        """Pass over an event that a correction voids."""
        self.moves.append(Move(event, at, None, is_off_path=False, is_voided=True))

    def child(self, at: datetime, turn: ChildTurn) -> None:
        """Take note of a sub-request: it holds the ball while it is open, and its end may move the parent."""
        if turn.child.is_appeal:
            self._hear(at, turn)
            return
        self._children[turn.child.id] = turn
        step = self._step()
        if self.standing.closed_at is not None or step is None or turn.child.service not in step.children:
            return
        if self.standing.asked is None:
            self._hand(at, self._holder_of(step))
        self._draw(at, step)

    def _hear(self, at: datetime, turn: ChildTurn) -> None:
        """An appeal that succeeds sends the request back to the step that the outcome names."""
        outcome = self.case.definition.outcomes.get(self.standing.outcome or "")
        if outcome is not None and outcome.appeal is not None and outcome.appeal.reopens and turn.state == "completed":
            self._move(at, outcome.appeal.reopens)

    def close_span(self) -> None:
        """Leave the present span open at the end of the walk."""
        if self.standing.holder is not None:
            self.spans.append(Span(self.standing.held_since, None, self.standing.holder, self.standing.step))

    # How each type of event works; each returns whether it left the allowed path

    def opened(self, at: datetime, event: Event) -> bool:
        if self._has_begun:
            return True  # a second opening changes nothing
        self._has_begun = True
        self._enter(at, self.standing.step)
        return False

    def step(self, at: datetime, event: Event) -> bool:
        place = str(event.facts["step"])
        is_off = self._is_off(place)
        if place != self.standing.step or self.standing.closed_at is not None:
            self._move(at, place)
        elif self.standing.asked is not None:
            self._back(at, place)
        if (due := event.facts.get("due")) and self.standing.holder == CITIZEN:
            self.standing.limit_at = datetime.fromisoformat(str(due))
        return is_off

    def asked(self, at: datetime, event: Event) -> bool:
        standing, place = self.standing, event.facts.get("step")
        is_off = standing.closed_at is not None or (place is not None and self._is_off(str(place)))
        back = standing.asked.back if standing.asked else standing.step
        if place is not None and place != standing.step:
            self._move(at, str(place))
        elif standing.closed_at is not None:
            self._move(at, standing.step)
        task = self.case.definition.steps[standing.step].task
        kind = str(event.facts.get("kind") or (task.kind if task else "answer"))
        standing.asked = Asked(back, kind, event.source, event.id)
        standing.state = "needs-you"
        self._hand(at, CITIZEN)
        if due := event.facts.get("due"):
            standing.limit_at = datetime.fromisoformat(str(due))
        return is_off

    def answered(self, at: datetime, event: Event) -> bool:
        standing = self.standing
        step = self._step()
        if standing.closed_at is not None or step is None or (standing.asked is None and step.holder != "citizen"):
            return True
        named = event.facts.get("step")
        place = str(named) if named else self._after_answer(step)
        is_off = self._is_off(place) and not (standing.asked and place == standing.asked.back)
        if place != standing.step:
            self._move(at, place)
        elif standing.asked is None:
            self._await_decision(at, step)
        else:
            self._back(at, place)
        return is_off

    def noted(self, at: datetime, event: Event) -> bool:
        return False

    def decided(self, at: datetime, event: Event) -> bool:
        limit = self.standing.limit_at
        if event.source == SELF and (limit is None or limit > at):
            return False  # what arrived late has lifted the limit by which Masar ended it
        place = str(event.facts["outcome"])
        is_off = self._is_off(place)
        self._close(at, place, event.facts.get("reason"))
        return is_off

    def withdrawn(self, at: datetime, event: Event) -> bool:
        if event.source == SELF and self.standing.closed_at is not None:
            return True  # what arrived late had ended it before
        place = str(event.facts.get("outcome") or withdrawal_of(self.case.definition) or "")
        if place not in self.case.definition.outcomes:
            return True
        is_off = self._is_off(place)
        self._close(at, place, None)
        return is_off

    def handed_over(self, at: datetime, event: Event) -> bool:
        standing, to = self.standing, str(event.facts["to"])
        place = event.facts.get("step")
        is_off = standing.closed_at is not None or (place is not None and self._is_off(str(place)))
        standing.handed_to = to
        if place is not None and place != standing.step:
            self._move(at, str(place), keep_handed=True)
        elif standing.closed_at is not None or standing.asked is not None:
            self._move(at, standing.step, keep_handed=True)
        step = self.case.definition.steps[standing.step]
        standing.returns_to = event.facts.get("returns_to") or step.returns_to
        if to == (step.agency or self.case.home):
            standing.handed_to = None  # the definition says it already
        self._hand(at, self._holder_of(step))
        return is_off

    def reopened(self, at: datetime, event: Event) -> bool:
        is_off = self.standing.closed_at is None
        self._move(at, str(event.facts["step"]))
        return is_off

    def corrected(self, at: datetime, event: Event) -> bool:
        return False

    # Motions

    def _step(self) -> Step | None:
        return self.case.definition.steps.get(self.standing.step)

    def _is_off(self, place: str) -> bool:
        standing = self.standing
        if standing.closed_at is not None:
            return True
        return place != standing.step and place not in self.case.definition.allowed_from(standing.step)

    def _after_answer(self, step: Step) -> str:
        asked = self.standing.asked
        if asked is not None and (asked.back == step.id or asked.back in step.next):
            return asked.back
        skips = self.standing.skips
        onward = [place for place in step.next if place in self.case.definition.steps and place not in skips]
        return onward[0] if onward else step.id

    def _move(self, at: datetime, place: str, *, keep_handed: bool = False) -> None:
        if place in self.case.definition.outcomes:
            self._close(at, place, None)
            return
        standing = self.standing
        if not keep_handed and (place == standing.returns_to or self.case.definition.steps[place].agency):
            standing.handed_to = standing.returns_to = None
        self._enter(at, place)

    def _enter(self, at: datetime, place: str) -> None:
        standing, step = self.standing, self.case.definition.steps[place]
        self.places.add(place)
        self._leave(at)
        standing.step, standing.state, standing.since = place, step.state, at
        standing.outcome = standing.reason = standing.closed_at = standing.asked = None
        standing.holder = None
        standing.limit_at = self._limit_of(step)
        calendar = self.case.calendar_of(standing.handed_to or step.agency or self.case.home)
        standing.step_promise = Meter.begin(step.promise, at, calendar) if step.promise else None
        if place in self.case.definition.path:
            standing.stop = self.case.definition.path.index(place) + 1
        self._hand(at, self._holder_of(step))
        self._draw(at, step)

    def _back(self, at: datetime, place: str) -> None:
        """End a question that was asked without leaving the step."""
        standing, step = self.standing, self.case.definition.steps[place]
        standing.asked, standing.state = None, step.state
        standing.limit_at = self._limit_of(step)
        self._hand(at, self._holder_of(step))

    def _await_decision(self, at: datetime, step: Step) -> None:
        """Give the ball to the agency, in a citizen's step that leads only to outcomes: they have done their part."""
        standing = self.standing
        standing.asked, standing.state, standing.limit_at = None, "in-progress", None
        self._hand(at, Holder("agency", standing.handed_to or step.agency or self.case.home))

    def _limit_of(self, step: Step) -> datetime | None:
        if step.limit is None:
            return None
        return limit_ends_at(step.limit, self.standing.since, self.case.calendar_of(self.case.home))

    def _close(self, at: datetime, outcome: str, reason: object) -> None:
        standing = self.standing
        self._leave(at)
        standing.outcome, standing.state = outcome, self.case.definition.outcomes[outcome].state
        standing.since = standing.closed_at = at
        standing.reason = str(reason) if reason else None
        standing.holder = standing.limit_at = standing.asked = standing.handed_to = standing.returns_to = None
        standing.step_promise = None
        self.turns.append((at, None, standing.state))
        if standing.state == "completed":
            standing.stop = max(standing.stop, _stops(self.case.definition))

    def _hand(self, at: datetime, holder: Holder) -> None:
        """Give the ball to a holder; a stay that goes on with the same one is one span."""
        standing = self.standing
        if holder == standing.holder:
            return
        self._leave(at)
        standing.holder, standing.held_since = holder, at
        self.turns.append((at, holder, "open"))

    def _leave(self, at: datetime) -> None:
        """End the present span and let the promises count it."""
        standing = self.standing
        holder, start = standing.holder, standing.held_since
        if holder is None:
            return
        if at > start:
            self.spans.append(Span(start, at, holder, standing.step))
        if holder.agency is not None:
            calendar = self.case.calendar_of(holder.agency)
            if standing.promise is not None:
                standing.promise = standing.promise.hold(start, at, calendar)
            if standing.step_promise is not None:
                standing.step_promise = standing.step_promise.hold(start, at, calendar)
        standing.holder = None

    # Holders and sub-requests

    def _holder_of(self, step: Step) -> Holder:
        if step.holder == "citizen":
            return CITIZEN
        if step.children:
            for turn in self._ours(step):
                if turn.holder is not None:
                    return turn.holder
        return Holder("agency", self.standing.handed_to or step.agency or self.case.home)

    def _ours(self, step: Step) -> list[ChildTurn]:
        return waited_for(self._children.values(), step, self.standing.settled)

    def _draw(self, at: datetime, step: Step) -> None:
        """Move on when the sub-requests of a step allow it."""
        turns = self._ours(step) if step.children else []
        is_good = verdict(turns, step) if turns else None
        if is_good is not None:
            onto = onward(self.case.definition, step, self.standing.skips) if is_good else step.on_refused
            self._settle(at, turns, onto)

    def _settle(self, at: datetime, turns: Sequence[ChildTurn], place: str | None) -> None:
        """Draw the result once. Sub-requests still open are no longer needed: `left_open` names them."""
        self.standing.settled = [*self.standing.settled, *(turn.child.id for turn in turns)]
        if place is not None:
            self._move(at, place)


_DO: Mapping[str, Callable[[_Run, datetime, Event], bool]] = {
    "opened": _Run.opened,
    "step": _Run.step,
    "asked": _Run.asked,
    "answered": _Run.answered,
    "noted": _Run.noted,
    "decided": _Run.decided,
    "handed-over": _Run.handed_over,
    "withdrawn": _Run.withdrawn,
    "reopened": _Run.reopened,
    "corrected": _Run.corrected,
}


def _stops(definition: Definition) -> int:
    return sum(place in definition.steps for place in definition.path)
