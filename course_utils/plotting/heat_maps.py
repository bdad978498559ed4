"""Images with the places that mattered coloured over them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course_utils.plotting.style import ORANGE

# As much of the digit as one needs to see where one is.
_OPACITY = 0.8


def draw_heat_maps(
    images: Sequence[np.ndarray],
    maps: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    extents: Sequence[tuple[float, float, float, float] | None] = (),
    row_names: Sequence[str] = (),
    columns: int = 5,
    size: float = 2.1,
    paper: bool = False,
) -> Figure:
    """Draw images in a grid, and over each the more orange the larger its map.

    Parameters
    ----------
    images
        Arrays (h, w) or (h, w, 1), drawn in grey.
    maps
        One for each image, arrays of numbers of at least 0. Each is scaled by its largest cell;
        its cells stay visible, however coarse.
    titles
        One for each image, or none.
    extents
        For each map (left, right, bottom, top) on the image, in pixels, the middle of the first
        pixel being 0; None, or nothing at all, stretches the map over the whole image.
    row_names
        One for each row of the grid, written to its left, or none.
    columns
        Pictures in a row.
    size
        Width of a picture in inches.
    paper
        If true, the images' largest values are drawn as black ink and their smallest as white paper,
        on which weak orange is seen far better than on black.

    Returns
    -------
    matplotlib.figure.Figure
        One axes an image; in each the image first, then the map.

    Raises
    ------
    ValueError
        If there are no images, maps, titles, extents or row names aren't as many as they should
        be, or a map has a negative cell or isn't (h, w).
    """
    images = [np.squeeze(np.asarray(image)) for image in images]
    maps = [np.asarray(values, float) for values in maps]
    if not images:
        raise ValueError("images is empty: give at least one image")
    for name, given in (("maps", maps), ("titles", titles), ("extents", extents)):
        if len(given) not in ({len(images)} if name == "maps" else {0, len(images)}):
            raise ValueError(f"{name} has {len(given)} entries for {len(images)} images: one each")
    for values in maps:
        if values.ndim != 2 or not values.min() >= 0:
            raise ValueError(
                f"maps has one of shape {values.shape} and least value {values.min():.3g}: "
                "give arrays (h, w) without negative numbers"
            )
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    if len(row_names) not in (0, rows):
        raise ValueError(f"row_names has {len(row_names)} entries for {rows} rows: one each")
    margin = 1.3 if len(row_names) else 0.0
    fig, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        figsize=(columns * size + margin, rows * (size + 0.35 * bool(titles))),
    )
    for ax in axes.flat:
        ax.set(xticks=(), yticks=())
        ax.spines[:].set_visible(False)
    for k, (ax, image, values) in enumerate(zip(axes.flat, images, maps)):
        height, width = image.shape[:2]
        whole = (-0.5, width - 0.5, height - 0.5, -0.5)
        ax.imshow(image, cmap="gray_r" if paper else "gray", extent=whole)
        # White paper on a white page ends nowhere without a frame.
        ax.spines[:].set(visible=paper, color="0.6")
        heat = np.empty((*values.shape, 4))
        heat[..., :3] = to_rgb(ORANGE)
        heat[..., 3] = _OPACITY * values / (values.max() or 1.0)
        ax.imshow(heat, extent=(extents[k] if len(extents) else None) or whole)
        ax.set(xlim=whole[:2], ylim=whole[2:])
        if len(titles):
            ax.set_title(titles[k])
    for ax, name in zip(axes[:, 0], row_names):
        ax.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    return fig
