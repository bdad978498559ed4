"""How large the gradient is in each layer of one or more networks."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from course_utils.plotting.curves import draw_lines


def draw_gradient_norms(networks: Mapping[str, Mapping[str, float]], *, title: str = "") -> Figure:
    """Draw the gradient norms of networks against the number of the layer.

    Parameters
    ----------
    networks
        For each network's name its norms by the name of the layer, the first layer first, as
        `course_utils.networks.gradients.gradient_norms` returns them.
    title
        Written above.

    Returns
    -------
    matplotlib.figure.Figure
        One axes with a line a network: layers counted from 1, norms on a logarithmic axis.

    Raises
    ------
    ValueError
        If there is no network, or one without layers.
    """
    if not networks or not all(len(norms) for norms in networks.values()):
        counts = {name: len(norms) for name, norms in networks.items()}
        raise ValueError(
            f"networks holds layers {counts}: give at least one network with one layer"
        )
    return draw_lines(
        {name: list(range(1, len(norms) + 1)) for name, norms in networks.items()},
        {name: list(norms.values()) for name, norms in networks.items()},
        xlabel="layer",
        ylabel="gradient norm",
        title=title,
        markers=True,
        logy=True,
        counted=True,
    )
