"""``read``: the digits of one picture, each with its probability, or "not sure"."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from course_utils.handwriting import Reading
    from course_utils.networks import shipping


@click.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A network's file, .keras or .onnx, that takes images (28, 28, 1) from 0 to 1 and gives "
    "ten numbers each; by default the network stored with the course. A card beside it, FILE.json, "
    "may say from which probability on it is sure, as sure_from.",
)
def read(picture: Path, model: Path | None) -> None:
    """Read the handwritten digits of PICTURE: a photograph, a scan or a drawing.

    A line for each digit, from the top and from the left: the digit, its probability, and "not
    sure" where the probability is below the threshold. What is no digit is called so.
    """
    from course_utils import handwriting

    try:
        network, card = (None, {}) if model is None else _opened(model)
        readings = handwriting.read_page(picture, network)
        sure_from = _sure_from(card)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    for one in readings:
        click.echo(_said(one, sure_from))


def _opened(model: Path) -> tuple[shipping.Network, dict[str, Any]]:
    from course_utils.networks import shipping

    return shipping.load_network(model), shipping.read_card(model)


def _sure_from(card: dict[str, Any]) -> float | None:
    number = card.get("sure_from")
    if number is not None and not (isinstance(number, (int, float)) and 0 <= number <= 1):
        raise ValueError(f"sure_from is {number!r} on the model's card: write a number from 0 to 1")
    return number


def _said(one: Reading, sure_from: float | None) -> str:
    percent = "over 99.9 %" if one.probability > 0.9995 else f"{100 * one.probability:.1f} %"
    if one.digit is None:
        return f"no digit I know  {percent}"
    sure = one.sure if sure_from is None else one.probability >= sure_from
    return f"{one.digit}  {percent}" + ("" if sure else "  not sure")
