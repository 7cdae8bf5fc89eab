"""A synthetic YearPredictionMSD.txt with the published statistics of the real one, for machines without the real file.

What is matched, with its source: published/README.md. What is invented: which artist has which songs, and the
correlation of any two columns, of which only the spectrum is published.

All random numbers are whole, in units of 1/64. Sums of whole numbers below 2^53 are exact in any order, so matrix
products give the same bytes on every processor.

Shapes: n songs, 90 columns of timbre.
"""

import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm, trange

from century.arrays import Floats, Ints
from century.files import replacing
from century.songs import published
from century.songs.background import in_background

BLOCK = 4096  # rows made and written at a time: what is made of them fits in the processor's cache

# This and the next number were tuned to what is published. In the published spectrum 33, 39, 46, 55 and 67 components
# carry 75, 80, 85, 90 and 95 % of the variance; eigenvalues e^(-4 k / 90) give 33, 39, 45, 54 and 67 in the finished
# columns.
SPECTRUM_DECAY = 4.0
# How much the era of a song moves its timbre: set so that logistic regression is right on about 72.7 % of the test
# part, as published.
ERA_STRENGTH = 0.135

QUARTILE = 0.6744897501960817  # the upper quartile of standard normal numbers
STEPS = 100  # of the grid of normal deviates at which values are computed; between them they are interpolated
GRID = np.linspace(-6, 6, 12 * STEPS + 1)
EXTREME = 4.75  # about the largest of half a million standard normal numbers


def rounded_normal(rng: np.random.Generator, shape: Any) -> Floats:
    """Standard normal numbers in units of 1/64, rounded."""
    normal: Floats = np.rint(64 * rng.standard_normal(shape))
    return normal


def artists_and_albums(songs: int, train_songs: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The artist and the album of each song (n,), from 0: one to twelve songs an album, on average three an artist.

    The artist who stands across the row `train_songs` becomes two.
    """
    row = np.arange(songs)
    album = np.repeat(row, rng.integers(1, 12, size=songs, endpoint=True))[:songs]
    artist = np.repeat(row, rng.geometric(1 / 3, size=songs))[album]
    in_test = row >= train_songs
    return renumber(2 * artist + in_test), renumber(2 * album + in_test)


def renumber(x: Ints) -> Ints:
    """The rank of each number of an ascending x among the distinct ones, from 0."""
    return np.cumsum(np.diff(x, prepend=x[0]) != 0)


def eras(artist: Ints, album: Ints, rng: np.random.Generator) -> Floats:
    """When each song was made (n,), as a normal deviate in units of 1/64: the same for an album, near its artist's."""
    artist_era = rounded_normal(rng, artist[-1] + 1)
    album_era = rounded_normal(rng, album[-1] + 1)
    return np.rint((2 * artist_era[artist] + album_era[album]) / 5**0.5)


def years(era: Floats, album: Ints) -> Ints:
    """The years (n,) in the order of the eras, an album together, with the shares of the published histogram."""
    histogram = published.table("year_histogram")
    all_years = np.repeat(histogram["year"].astype(np.int64), histogram["count"].astype(np.int64))
    year = np.empty(len(era), np.int64)
    year[np.lexsort((album, era))] = all_years[np.arange(len(era)) * len(all_years) // len(era)]
    return year


def timbres(artist: Ints, era: Floats, rng: np.random.Generator) -> Floats:
    """Deviates (90, n), about normal and correlated across columns: alike for an artist, a little apart between eras.

    White noise, half of it the song's and half the artist's, plus a multiple of the era, through a circulant filter:
    its eigenvalues are the spectrum and its columns all have the same variance.
    """
    frequency = np.minimum(np.arange(90), 90 - np.arange(90)) / 45
    taps = np.rint(256 * np.fft.ifft(np.exp(-SPECTRUM_DECAY / 2 * frequency)).real)
    mix = np.stack([np.roll(taps, column) for column in range(90)])
    artist_noise = rounded_normal(rng, (artist[-1] + 1, 90))
    era_direction = np.rint(ERA_STRENGTH * rounded_normal(rng, 90))
    deviates = np.empty((90, len(era)))
    starts = trange(0, len(era), BLOCK, desc="stand-in: timbre", disable=None)
    song_noises = (rounded_normal(rng, (len(era[start : start + BLOCK]), 90)) for start in range(0, len(era), BLOCK))
    for start, song_noise in zip(starts, in_background(song_noises, 1), strict=True):
        rows = slice(start, start + BLOCK)
        noise = song_noise + artist_noise[artist[rows]] + np.rint(np.outer(era[rows], era_direction) / 64)
        deviates[:, rows] = mix @ noise.T
    return deviates


def tail_exponent(growth: Floats) -> Floats:
    """k (90,) such that e^(k z) - 1 is `growth` (90,) times as large at z = EXTREME as at QUARTILE; by bisection."""
    low, high = np.full(90, -9.9), np.full(90, 10.0)
    for _ in range(50):
        k: Floats = (low + high) / 2
        too_low = np.expm1(k * EXTREME) / np.expm1(k * QUARTILE) < growth
        low, high = np.where(too_low, k, low), np.where(too_low, high, k)
    return k


def published_values(column: dict[str, Floats], z: Floats) -> Floats:
    """The value of each column at each normal deviate z (m,), as (90, m).

    They are exponentials on either side of the published median, through the published quartile and extreme.
    """
    values = np.empty((90, len(z)))
    for side, quartile, extreme in ((z < 0, "25%", "min"), (z >= 0, "75%", "max")):
        step = column[quartile] - column["50%"]
        k = tail_exponent((column[extreme] - column["50%"]) / step)[:, None]
        values[:, side] = np.expm1(k * np.abs(z[side])) / np.expm1(k * QUARTILE) * step[:, None]
    values += column["50%"][:, None]
    return values


def interpolate(z: Floats, values: Floats) -> Floats:
    """np.interp(z, GRID, values), without its search: the grid has even steps, so a place in it can be computed."""
    z = z.clip(GRID[0], GRID[-1])
    place = ((z - GRID[0]) * STEPS).astype(np.intp)
    slopes = np.diff(values, append=values[-1]) * STEPS
    interpolated: Floats = (z - GRID[place]) * slopes[place] + values[place]
    return interpolated


def shape_columns(deviates: Floats) -> Floats:
    """Turn deviates (90, n), in place, into columns of the published quartiles, mean, standard deviation and range."""
    column = {key: values[1:] for key, values in published.table("columns").items()}  # the first is the year
    values = published_values(column, GRID)

    def shape_column(j: int) -> None:
        x = deviates[j]
        x /= np.sqrt(np.mean(x**2))
        for start in range(0, len(x), BLOCK):
            x[start : start + BLOCK] = interpolate(x[start : start + BLOCK], values[j])
        for _ in range(2):  # keeping to the range moves mean and deviation a little
            scale = column["std"][j] / x.std(ddof=1)
            x -= x.mean()
            x *= scale
            x += column["mean"][j]
            x.clip(column["min"][j], column["max"][j], out=x)

    with ThreadPoolExecutor(2) as pool:
        for _ in tqdm(pool.map(shape_column, range(90)), total=90, desc="stand-in: columns", disable=None):
            pass
    return deviates


def text_blocks(year: Ints, timbre: Floats) -> Iterator[bytes]:
    """The text of the file, block by block: the year and 90 numbers with five decimals.

    It is put together of words that a table holds, as in `2001` `,-5` `.00123` ... `\\n`, padded with zero bytes.
    """
    n = 100_000  # above every whole part, and the number of five decimals that there are
    texts = [*(b",%d" % i for i in range(n)), *(b",-%d" % i for i in range(n)), *(b".%05d" % i for i in range(n))]
    texts += [b"\n", *(b"%d" % i for i in range(year.max() + 1))]
    words = np.array(texts, "S7")
    for start in trange(0, len(year), BLOCK, desc="stand-in: text", disable=None):
        rows = slice(start, start + BLOCK)
        units = np.rint(timbre[:, rows] * n).astype(np.int64)
        word = np.empty((182, units.shape[1]), np.intp)
        word[0], word[-1] = 3 * n + 1 + year[rows], 3 * n
        word[1:-1:2], word[2:-1:2] = np.divmod(abs(units), n)
        word[1:-1:2] += n * (units < 0)
        word[2:-1:2] += 2 * n
        yield words.take(word.T).tobytes().translate(None, b"\0")


def write_stand_in(path: Path, songs: int, train_songs: int, seed: int) -> None:
    """Write the zip: the same bytes for the same arguments."""
    rng = np.random.default_rng(seed)
    artist, album = artists_and_albums(songs, train_songs, rng)
    era = eras(artist, album, rng)
    timbre = shape_columns(timbres(artist, era, rng))
    blocks = text_blocks(years(era, album), timbre)
    # Stored, not deflated: what deflating makes depends on the library, and ISA-L's on the processor too.
    with (
        replacing(path) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive,
        archive.open(published.MEMBER, "w") as member,  # its date is 1980-01-01, whenever it is made
    ):
        for block in in_background(blocks, 1):
            member.write(block)
