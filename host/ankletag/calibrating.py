"""A tag is calibrated: fitted in a gas chamber for an order of the laboratory's, read out, and told what came of it.

What the calibration rests on are sealed readings like any others, so it can be worked out again from the bundle.
"""

from dataclasses import asdict
from datetime import datetime, timedelta, timezone

from tagproto import profiles, records

from .client import Client, Values, octets
from .errors import EvidenceRefused, UsageError
from .evaluate import Fitting, fittings
from .fitting import REASON_OTHER, Order, fit, remove
from .models import Calibration, Pace, config_of
from .provisioning import Wish, provision
from .pull import Progress, no_progress
from .stationclock import StationClock
from .store import Fitted, Store
from .sync import Synced, sync
from .trust.holder import Authority
from .verify import Verified

PACE = Pace(10, 3600, profiles.STANDARD, 0)
_ORDER = "calibration "


def begin(client: Client, store: Store, clock: StationClock, progress: Progress = no_progress) -> tuple[Synced, Order]:
    """Fit the tag for a calibration of today. Raises as `fitting.fit`."""
    tag_id = octets(client.introduce(), "tag_id")
    today = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=clock.now_ms())
    order = Order(f"{_ORDER}{tag_id.hex()} {today:%Y-%m-%d}", PACE)
    return fit(client, store, clock, order, progress), order


def fitting_of(known: list[Fitted], verified: Verified) -> Fitting | None:
    """The last calibration that this station began, as the log holds it; None where there is none."""
    orders = {fitted.order_id for fitted in known if fitted.order_text.startswith(_ORDER)}
    found = [fitting for fitting in fittings(verified) if fitting.order_id in orders]
    return found[-1] if found else None


def need_own(result: Synced, fitting: Fitting) -> None:
    """Raises UsageError where the tag is fitted for something else than the calibration."""
    if result.in_force is not None and result.in_force.order_id != fitting.order_id:
        raise UsageError(
            "The tag is fitted for another order than its calibration.",
            "Nothing was changed. A tag on a wearer is calibrated after its fitting, not in it.",
        )


def finish(
    client: Client,
    store: Store,
    clock: StationClock,
    authority: Authority,
    wish: Wish,
    calibration: Calibration,
    progress: Progress = no_progress,
) -> Synced:
    """End the fitting in the chamber, certify the tag with its calibration, and tell it. Twice is once.

    Certified first: a tag that names a calibration which nobody certified is a finding. Raises EvidenceRefused where
    the log does not show the calibration; else as `fitting.remove` and `provisioning.provision`.
    """
    client.introduce()
    if client.status()["fitted"]:
        remove(client, store, clock, REASON_OTHER, progress)
    store.add_documents(provision(client, authority, wish).documents)
    if octets(client.status(), "calibration_id") != calibration.calibration_id:
        client.calibrate(told(calibration))
    return sync(client, store, clock, progress)


def told(calibration: Calibration) -> Values:
    """What the tag is told of a calibration: all but what its own parts make of codes."""
    values = asdict(calibration)
    return {name: values[name] for name, _ in records.CALIBRATION}


def need_in_force(verified: Verified, calibration: Calibration) -> None:
    """Raises EvidenceRefused where the sealed log does not end with this calibration in force."""
    found = [config_of(record) for index, record in verified.events() if verified.proven[index]]
    last = [config.calibration for config in found if config is not None][-1:]
    if not last or told(last[0]) != told(calibration):
        raise EvidenceRefused(
            "The tag answered that it took the calibration, but its sealed log does not say so.",
            "Run the command again; if it stays so, keep the tag as evidence and use another one.",
        )
