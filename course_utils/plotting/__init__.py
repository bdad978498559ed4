"""Every figure of the notebooks. Each function returns a Matplotlib `Figure` or `Axes`.

A notebook calls `use_course_style` once, draws with the functions below, and hands each figure to
`show` together with a sentence that says what it shows.
"""

from course_utils.plotting import style
from course_utils.plotting.activations import draw_activations
from course_utils.plotting.bars import draw_scores
from course_utils.plotting.boxes import draw_boxes, draw_grid, draw_overlaps
from course_utils.plotting.chains import draw_chain
from course_utils.plotting.channels import draw_channels
from course_utils.plotting.classes import draw_class
from course_utils.plotting.comparisons import draw_comparison
from course_utils.plotting.confusion import draw_confusion_matrix
from course_utils.plotting.convolution_matrices import draw_convolution_matrix
from course_utils.plotting.curves import draw_lines
from course_utils.plotting.descents import draw_descents
from course_utils.plotting.equivariance import draw_two_ways
from course_utils.plotting.filtering import draw_filtering
from course_utils.plotting.gradients import draw_gradient_norms
from course_utils.plotting.heat_maps import draw_heat_maps
from course_utils.plotting.images import draw_images
from course_utils.plotting.layer_histograms import draw_layer_histograms
from course_utils.plotting.links import LinkPanel, draw_links
from course_utils.plotting.masks import draw_masks
from course_utils.plotting.matrices import (
    Mark,
    Panel,
    draw_equation,
    draw_equations,
    draw_matrix,
    draw_window_steps,
)
from course_utils.plotting.memory_layouts import draw_memory_layouts
from course_utils.plotting.mixers import draw_mixers
from course_utils.plotting.networks import draw_network
from course_utils.plotting.overlays import draw_overlays
from course_utils.plotting.paired import draw_paired_differences
from course_utils.plotting.pairs import draw_pairs
from course_utils.plotting.pixels import draw_pixels
from course_utils.plotting.pooling import draw_pooling, draw_pooling_windows
from course_utils.plotting.pooling_shift import draw_pooling_shift
from course_utils.plotting.precision_recall import draw_precision_recall
from course_utils.plotting.predictions import draw_predictions
from course_utils.plotting.readings import draw_reading
from course_utils.plotting.reliability import draw_answered, draw_reliability
from course_utils.plotting.run_times import draw_run_times
from course_utils.plotting.scaling import draw_scaling
from course_utils.plotting.settings import draw_settings
from course_utils.plotting.shares import draw_shares
from course_utils.plotting.shortcuts import draw_blocks, draw_shortcuts
from course_utils.plotting.signals import draw_echoes, draw_flip_and_slide
from course_utils.plotting.stages import draw_stages
from course_utils.plotting.style import picture, show, use_course_style
from course_utils.plotting.ties import TieTable, draw_tied_tables
from course_utils.plotting.time_splits import draw_time_splits
from course_utils.plotting.training_curves import draw_training
from course_utils.plotting.unets import draw_unet
from course_utils.plotting.volumes import draw_volumes
from course_utils.plotting.window_layouts import (
    SignalCase,
    draw_windows_on_image,
    draw_windows_on_signal,
)

__all__ = [
    "LinkPanel",
    "Mark",
    "Panel",
    "SignalCase",
    "TieTable",
    "draw_activations",
    "draw_answered",
    "draw_blocks",
    "draw_boxes",
    "draw_chain",
    "draw_class",
    "draw_channels",
    "draw_comparison",
    "draw_confusion_matrix",
    "draw_convolution_matrix",
    "draw_descents",
    "draw_echoes",
    "draw_equation",
    "draw_equations",
    "draw_filtering",
    "draw_flip_and_slide",
    "draw_gradient_norms",
    "draw_grid",
    "draw_heat_maps",
    "draw_images",
    "draw_layer_histograms",
    "draw_lines",
    "draw_links",
    "draw_masks",
    "draw_matrix",
    "draw_memory_layouts",
    "draw_mixers",
    "draw_network",
    "draw_overlaps",
    "draw_overlays",
    "draw_paired_differences",
    "draw_pairs",
    "draw_pixels",
    "draw_pooling",
    "draw_pooling_shift",
    "draw_pooling_windows",
    "draw_precision_recall",
    "draw_predictions",
    "draw_reading",
    "draw_reliability",
    "draw_run_times",
    "draw_scaling",
    "draw_scores",
    "draw_settings",
    "draw_shares",
    "draw_shortcuts",
    "draw_stages",
    "draw_tied_tables",
    "draw_time_splits",
    "draw_training",
    "draw_two_ways",
    "draw_unet",
    "draw_volumes",
    "draw_window_steps",
    "draw_windows_on_image",
    "draw_windows_on_signal",
    "picture",
    "show",
    "style",
    "use_course_style",
]
