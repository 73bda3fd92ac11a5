"""Make the font files of the citizen's pages: subsets of IBM Plex Sans and Noto Nastaliq Urdu, renamed (OFL 1.1).

Run `python tools/fonts.py` where npm, fonttools and brotli are installed; the files that it writes are committed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "masar" / "portal" / "static" / "fonts"
PACKAGES = {
    "arabic": "@ibm/plex-sans-arabic@1.1.0",
    "latin": "@ibm/plex-sans@1.1.0",
    "nastaliq": "@fontsource/noto-nastaliq-urdu@5.3.0",
}
COPYRIGHT = "Copyright 2017 IBM Corp. Subset and renamed by the Masar project. SIL Open Font License 1.1."
SHAPING = ["ccmp", "locl", "init", "medi", "fina", "isol", "rlig", "liga", "calt", "mark", "mkmk", "kern"]

# What Arabic pages use; the rest of the block is the file of rarer letters.
ARABIC = [0x60C, 0x61B, 0x61F, *range(0x621, 0x63B), *range(0x640, 0x653), *range(0x660, 0x66D), 0x670]
RARER = [code for code in range(0x610, 0x700) if code not in ARABIC]
URDU = [*(code for code in ARABIC if not 0x660 <= code <= 0x66C), 0x6D4, 0x679, 0x67E, 0x686, 0x688, 0x691, 0x698]
URDU += [0x6A9, 0x6AF, 0x6BA, 0x6BE, 0x6C1, 0x6C2, 0x6C3, 0x6CC, 0x6D2, 0x6D3, 0x654, *range(0x6F0, 0x6FA)]
LATIN = [*range(0x20, 0x7F), 0xA0, 0xA9, 0xAB, 0xB7, 0xBB, 0xD7, 0xE9, 0x2013, 0x2014]
LATIN += [0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x202F]

ARABIC_SOURCE = "fonts/complete/woff2/IBMPlexSansArabic-{}.woff2"
LATIN_SOURCE = "fonts/complete/woff2/IBMPlexSans-{}.woff2"
NASTALIQ_SOURCE = "files/noto-nastaliq-urdu-arabic-{}-normal.woff2"
FILES = {
    "ar-400": ("arabic", ARABIC_SOURCE.format("Regular"), ARABIC),
    "ar-700": ("arabic", ARABIC_SOURCE.format("Bold"), ARABIC),
    "ax-400": ("arabic", ARABIC_SOURCE.format("Regular"), RARER),
    "ur-400": ("arabic", ARABIC_SOURCE.format("Regular"), URDU),
    "ur-700": ("arabic", ARABIC_SOURCE.format("Bold"), URDU),
    "la-400": ("latin", LATIN_SOURCE.format("Regular"), LATIN),
    "la-700": ("latin", LATIN_SOURCE.format("Bold"), LATIN),
    "lu-400": ("latin", LATIN_SOURCE.format("Regular"), LATIN),  # beside Urdu, where Latin is rare: without kerning
    "lu-700": ("latin", LATIN_SOURCE.format("Bold"), LATIN),
    "nastaliq-400": ("nastaliq", NASTALIQ_SOURCE.format("400"), [*URDU, 0x20]),
    "nastaliq-700": ("nastaliq", NASTALIQ_SOURCE.format("700"), [*URDU, 0x20]),
}


def unpack(package: str, into: Path) -> Path:
    """Fetch one npm package and return the folder of its files."""
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True)
    archive = into / done.stdout.strip().splitlines()[-1]
    folder = archive.with_suffix("")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"


def subset(source: Path, target: Path, codes: list[int], family: str, features: list[str]) -> int:
    """Write the subset of a font under another name and return its bytes."""
    options = Options()
    options.flavor, options.hinting, options.layout_features = "woff2", False, features
    options.name_IDs, options.notdef_outline = [0, 1, 2, 4, 6, 13, 14], True
    font = TTFont(source, recalcTimestamp=False)  # the same files whenever it is run
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    rename(font, family)
    font.flavor = "woff2"
    font.save(target)
    return target.stat().st_size


def rename(font: TTFont, family: str) -> None:
    """Give a font our name: the licence reserves the original one."""
    names = font["name"]
    style = names.getDebugName(2) or "Regular"
    for id_, text in {1: family, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}.items():
        names.setName(text, id_, 3, 1, 0x409)
    if "Nastaliq" not in family:
        names.setName(COPYRIGHT, 0, 3, 1, 0x409)


def main() -> int:
    """Write every file of `FILES` and the licence texts; print their sizes in bytes."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: unpack(package, Path(scratch)) for name, package in PACKAGES.items()}
        for name, (package, source, codes) in FILES.items():
            family = "Masar Nastaliq" if package == "nastaliq" else "Masar Sans"
            features = ["*"] if package == "nastaliq" else [] if name.startswith("lu-") else SHAPING
            target = TARGET / f"masar-{name}.woff2"
            print(name, subset(folders[package] / source, target, codes, family, features))
        shutil.copy(folders["arabic"] / "fonts/complete/woff2/license.txt", TARGET / "OFL-masar-sans.txt")
        shutil.copy(folders["nastaliq"] / "LICENSE", TARGET / "OFL-masar-nastaliq.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
