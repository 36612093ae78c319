"""`ankletag report`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..bundle import write_bundle
from ..errors import Exit
from ..evaluate import evaluate
from .believing import AuthorityOption, WitnessOption, authority_of, witnesses_of
from .evidence import load
from .options import BundleArgument, JsonOption, OrderOption, StoreOption, TagOption
from .output import emit, say, working


def report(
    bundle: BundleArgument = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where report.html and evidence.zip go.")] = Path(
        "."
    ),
    tag: TagOption = None,
    store: StoreOption = None,
    order: OrderOption = None,
    authority: AuthorityOption = None,
    witness: WitnessOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write report.html, for people, and evidence.zip, for whoever wants to check it."""
    points = authority_of(authority)
    evidence = load(bundle, store, tag, points, lambda tag_id: witnesses_of(witness, tag_id))
    fitting = evidence.fitting(order)
    evaluation = evaluate(evidence.verified, evidence.clock, fitting)
    with working("drawing"):
        # Only here: matplotlib and Jinja take longer to import than the other commands take to run.
        from ..report import Facts, render

        order_text = evidence.order_text(fitting.order_id) if fitting else None
        facts = Facts(evidence.tag_id, evidence.public_key, order_text, evidence.findings)
        html = render(facts, evidence.verified, evidence.clock, evaluation)
    html_path, bundle_path = out / "report.html", out / "evidence.zip"
    write_bundle(bundle_path, evidence.bundle(fitting))
    write_bundle(html_path, html.encode())
    if as_json:
        emit(
            {
                "report": str(html_path),
                "evidence": str(bundle_path),
                "held": not evidence.against,
                "episodes": len(evaluation.episodes),
                "losses": len(evaluation.losses),
            }
        )
    else:
        say(f"report    {html_path}")
        say(f"evidence  {bundle_path}")
        say(f"check it  ankletag verify {shlex.quote(str(bundle_path))} --authority ROOT.COSE")
    if evidence.against:
        raise typer.Exit(Exit.FINDINGS)
