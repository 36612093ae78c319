"""`ankletag calibrate ...`: a tag in a gas chamber, from fitting it to telling it what its cell gives."""

from pathlib import Path
from typing import Annotated

import typer

from ..calibrating import begin as run_begin
from ..calibrating import finish as run_finish
from ..calibrating import fitting_of, need_in_force, need_own
from ..calibration import Computed, Steps, compute, parse_steps
from ..errors import EvidenceRefused, Exit, UsageError
from ..provisioning import Wish
from ..sync import sync
from ..trust.holder import Authority
from .believing import AuthorityOption as KeyOption
from .believing import authority_of
from .calibrated import computed_document, say_computed, say_timetable, timetable_document
from .evidence import Evidence, load
from .link import talking
from .options import (
    BundleArgument,
    ClockOption,
    JsonOption,
    OrderOption,
    PortOption,
    StationOption,
    StoreOption,
    TagOption,
)
from .output import emit, progress, say
from .pacing import pace_words
from .programme import AuthorityOption, RegionOption, YearsOption, lasting_s, now_s
from .synced import leave, say_synced, synced_document, verified_again

StepsOption = Annotated[Path, typer.Option("--steps", metavar="FILE", help="The timetable of gases and temperatures.")]


def begin(
    steps: StepsOption,
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit a tag that lies in the chamber, and print when the bench has to do what."""
    plan = _read(steps)
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        result, order = run_begin(session.client, session.store, session.clock, bar)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    fitting = evidence.fitting(order.text)
    begun_ms = evidence.clock.span(fitting.first_item).middle_ms if fitting is not None else None
    if as_json:
        timetable = timetable_document(plan, begun_ms)
        emit({**synced_document(result, evidence), "order": order.text, "steps": timetable})
    else:
        say(f"fitted for order {order.text}: {pace_words(order.pace)}")
        say_timetable(plan, begun_ms)
        say("then: ankletag calibrate finish, with the same --steps")
        say_synced(result, evidence)
    leave(result, evidence)


def finish(
    steps: StepsOption,
    authority: AuthorityOption,
    region: RegionOption,
    years: YearsOption = 3,
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the tag out, compute zero and span, certify the tag with them, and tell it."""
    plan = _read(steps)
    holder = Authority(authority)
    holder.region_key(region)
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        result = sync(session.client, session.store, session.clock, bar)
        root = session.client.signer.root_point
        evidence = verified_again(result, store, root)
        fitting = fitting_of(evidence.fitted, evidence.verified)
        if fitting is None:
            raise UsageError("This store began no calibration of the tag.", "Run `ankletag calibrate begin` first.")
        need_own(result, fitting)
        for finding in evidence.against:
            raise EvidenceRefused(finding.sentence, "Nothing was changed. Put that right, or calibrate another tag.")
        computed = compute(evidence.verified, evidence.clock, fitting, plan)
        calibration_id = computed.calibration.calibration_id
        wish = Wish(region, now_s(clock), lasting_s(years), calibration_id=calibration_id)
        result = run_finish(session.client, session.store, session.clock, holder, wish, computed.calibration, bar)
    evidence = verified_again(result, store, root)
    need_in_force(evidence.verified, computed.calibration)
    _tell(computed, as_json, synced_document(result, evidence))
    if not as_json:
        say("the tag has its calibration, and its certificate says so")
        say_synced(result, evidence)
    leave(result, evidence)


def show(
    steps: StepsOption,
    bundle: BundleArgument = None,
    tag: TagOption = None,
    store: StoreOption = None,
    order: OrderOption = None,
    authority: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work a calibration out again from sealed readings, out of the store or a bundle; nothing is changed."""
    plan = _read(steps)
    evidence = load(bundle, store, tag, authority_of(authority))
    computed = _computed(evidence, order, plan)
    _tell(computed, as_json, {"tag": evidence.tag_id.hex(), "held": not evidence.against})
    if evidence.against:
        raise typer.Exit(Exit.FINDINGS)


def _computed(evidence: Evidence, order: str | None, plan: Steps) -> Computed:
    fitting = None if order is not None else fitting_of(evidence.fitted, evidence.verified)
    fitting = fitting or evidence.fitting(order)
    if fitting is None:
        raise UsageError(f"There is no fitting in {evidence.source}.", "Name another store or bundle.")
    return compute(evidence.verified, evidence.clock, fitting, plan)


def _tell(computed: Computed, as_json: bool, beside: dict[str, object]) -> None:
    if as_json:
        emit({**beside, **computed_document(computed)})
    else:
        say_computed(computed)


def _read(path: Path) -> Steps:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name the steps file with --steps.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as plain text.") from error
    return parse_steps(text, str(path))
