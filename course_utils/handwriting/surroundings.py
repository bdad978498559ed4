"""Sheets with something beside the digit: tables, thumbs, frames, other pages, lines of the paper."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from course_utils.handwriting.sheets import photo, places, sheet
from course_utils.handwriting.writings import Random, Writing


def strip(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    wide = random.uniform(0.01, 0.2)
    edge = random.integers(4)
    along = (x, 1 - x, y, 1 - y)[edge] + random.uniform(-0.08, 0.08) * (y, y, x, x)[edge]
    page = np.where(along < wide, random.uniform(20, 110), page)
    return photo(page, random)


def corner(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    y, x = (1 - y if random.random() < 0.5 else y), (1 - x if random.random() < 0.5 else x)
    return photo(np.where(x + y < random.uniform(0.1, 0.4), random.uniform(30, 110), page), random)


def thumb(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    cx = random.uniform(0.2, 0.8)
    inside = ((x - cx) / random.uniform(0.08, 0.14)) ** 2 + (
        (y - 1.05) / random.uniform(0.15, 0.25)
    ) ** 2
    skin = random.uniform(90, 150) - 25 * inside
    return photo(np.where(inside < 1, skin, page), random)


def frame(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    height, width = page.shape
    inset, line = int(random.integers(0, 22)), int(random.integers(1, 5))
    tone = random.uniform(20, 120)
    framed = page.copy()
    framed[inset : height - inset, inset : width - inset] = tone
    inner = inset + line
    framed[inner : height - inner, inner : width - inner] = page[
        inner : height - inner, inner : width - inner
    ]
    return photo(framed, random, blur=0.5)


def next_page(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    if random.random() < 0.5:
        x = 1 - x
    fold = random.uniform(0.05, 0.14) + random.uniform(-0.05, 0.05) * y
    page = page - 90 * np.exp(-(((x - fold) / 0.012) ** 2))
    page = np.where(x < fold, page - random.uniform(0, 40), page)
    # What is written over there reaches into the picture.
    for _ in range(3):
        top = random.uniform(0.05, 0.9)
        page = np.where((x < fold * 0.6) & (np.abs(y - top) < 0.012), 50, page)
    return photo(page, random)


def on_a_table(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random, shape=(300, 260), height=random.uniform(90, 140))
    turned = ndimage.rotate(page, random.uniform(-8, 8), reshape=True, order=1, cval=-1)
    room = np.full((400, 360), -1.0)
    room[20 : 20 + min(turned.shape[0], 375), 15 : 15 + min(turned.shape[1], 340)] = turned[
        :375, :340
    ]
    table = (
        random.uniform(30, 120)
        + 6 * ndimage.gaussian_filter(random.normal(size=room.shape), (1, 14)) * 6
    )
    return photo(np.where(room < 0, table, room), random)


def ruled(write: Writing, random: Random) -> np.ndarray:
    page, cover = sheet(write, random)
    y, _ = np.mgrid[: page.shape[0], : page.shape[1]]
    step, tilt = random.uniform(26, 60), random.uniform(-0.03, 0.03)
    lines = (y + tilt * _) % step < random.uniform(1, 2.5)
    tone = random.uniform(90, 205)
    page = np.where(lines & (cover < 0.5), np.minimum(page, tone), page)
    return photo(page, random)


def squared(write: Writing, random: Random) -> np.ndarray:
    page, cover = sheet(write, random)
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    step, tilt = random.uniform(16, 44), random.uniform(-0.03, 0.03)
    line = random.uniform(1, 2)
    lines = ((y + tilt * x) % step < line) | ((x - tilt * y + 5) % step < line)
    page = np.where(lines & (cover < 0.5), np.minimum(page, random.uniform(110, 210)), page)
    return photo(page, random)
