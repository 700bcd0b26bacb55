#!/usr/bin/env python3
"""Draw again from a certificate and its frame, and say whether everything agrees.

    python3 verify_draw.py CERTIFICATE.json FRAME.csv [SAMPLE.csv] [DESIGN.json]

FRAME.csv has the columns unit_key and stratum. SAMPLE.csv, where given, is the list that was worked with: unit_key, stratum, prn,
order (from 1), released (1 or 0). DESIGN.json, where given, is the design whose hash was handed out before the draw. Only Python's
standard library is used. Exit code 0: all agrees; 1: the first difference is named; 2: a file is missing or cannot be read.

The rule (sha256-prn-v1): a unit's number is the first 8 bytes, big-endian, of SHA-256(seed|unit_key), less the rotation, modulo
2**64. Inside a stratum units stand by (number, unit_key as UTF-8 bytes). The first n of every stratum are the sample.
The seed: SHA-256(secret|public value) in hex, and behind it `|population` where draws are independent. SHA-256(secret) was made
known before the frame was closed, the public value (say, a lottery) came after: nobody could choose the seed.
"""

import csv
import hashlib
import io
import json
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path


class Difference(Exception):
    """What does not agree."""


def sha256(text):
    """Hex SHA-256 of the text's UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def must_agree(what, certificate, found):
    """Stop with the first thing that does not agree."""
    if certificate != found:
        raise Difference(f"{what}: 证书 certificate = {certificate!r}, 复算 recomputed = {found!r}")


def hash_of_units(units):
    """SHA-256 over the lines `unit_key TAB stratum LF`, sorted bytewise."""
    lines = sorted(f"{key}\t{stratum}\n".encode() for key, stratum in units)
    return hashlib.sha256(b"".join(lines)).hexdigest()


def read_csv(path, columns):
    """The named columns of every row; UTF-8, or else GB18030."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in columns if name not in header]
    if missing:
        raise ValueError(f"{path}: 缺少列 missing column {missing[0]}")
    at = [header.index(name) for name in columns]
    rows = []
    for row in reader:
        if len(row) == len(header):
            rows.append(tuple(row[i].strip() for i in at))
        elif "".join(row).strip():
            raise ValueError(f"{path}: 第 line {reader.line_num}: {len(row)} 列 columns, {len(header)} 列名 names")
    return rows


def check_seed(certificate):
    """The seed follows from the secret and the public value; the secret was committed to. A given seed has neither."""
    secret = certificate["secret"]
    if certificate["coordination"] != "negative":
        must_agree("rotation (only negative coordination has one)", certificate["rotation"], "0" * 16)
    if secret is None:
        must_agree("seed_commitment", certificate["seed_commitment"], None)
        return "seed: given, no commitment 直接给定，没有承诺"
    must_agree("seed_commitment = SHA-256(secret)", certificate["seed_commitment"], sha256(secret))
    seed = sha256(secret + "|" + certificate["public_value"])
    if certificate["coordination"] == "independent":
        seed += "|" + certificate["population"]
    must_agree("seed = SHA-256(secret|public_value)", certificate["seed"], seed)
    return "seed: follows from the committed secret and the public value 由承诺的密值与公开值得出"


def check_frame(certificate, units):
    """The frame is the one that was frozen: count, counts by stratum, no unit twice, hash."""
    must_agree("frame_size", certificate["frame_size"], len(units))
    sizes = defaultdict(int)
    seen = set()
    for key, stratum in units:
        if key in seen:
            raise Difference(f"frame: 单位重复 unit twice: {key}")
        seen.add(key)
        sizes[stratum] += 1
    for row in certificate["strata"]:
        must_agree(f"N of stratum {row['stratum']}", row["N"], sizes.get(row["stratum"], 0))
    listed = [row["stratum"] for row in certificate["strata"]]
    must_agree("strata", sorted(listed), sorted(set(sizes) | set(listed)))
    must_agree("frame_sha256", certificate["frame_sha256"], hash_of_units(units))


def draw(certificate, units):
    """Every stratum in its order: {stratum: [(number, unit_key), ...]}."""
    prefix = (certificate["seed"] + "|").encode("utf-8")
    rotation = int(certificate["rotation"], 16)
    strata = defaultdict(list)
    for key, stratum in units:
        raw = key.encode("utf-8")
        number = int.from_bytes(hashlib.sha256(prefix + raw).digest()[:8], "big")
        strata[stratum].append(((number - rotation) % 2**64, raw, key))
    for listed in strata.values():
        listed.sort()
    return {stratum: [(number, key) for number, _, key in listed] for stratum, listed in strata.items()}


def check_sample(certificate, strata):
    """The sample is the first n of each stratum: its last number, and the hash over all of it."""
    sample = []
    for row in certificate["strata"]:
        stratum, n = row["stratum"], row["n"]
        if not 0 <= n <= row["N"]:
            raise Difference(f"n of stratum {stratum}: {n} is not within 0 and N = {row['N']} 超出范围")
        taken = strata.get(stratum, [])[:n]
        must_agree(f"last_prn of stratum {stratum}", row["last_prn"], f"{taken[-1][0]:016x}" if taken else None)
        sample += [(key, stratum) for _, key in taken]
    must_agree("sample_sha256", certificate["sample_sha256"], hash_of_units(sample))
    return len(sample)


def check_list(certificate, strata, rows):
    """The list that was worked with is the order drawn here, line by line."""
    released = {row["stratum"]: row["n"] for row in certificate["strata"]}
    expected = [
        (key, stratum, f"{number:016x}", str(place), "1" if place <= released[stratum] else "0")
        for stratum in sorted(strata)
        for place, (number, key) in enumerate(strata[stratum], start=1)
    ]
    for line, (wanted, found) in enumerate(zip(expected, rows, strict=False), start=2):
        must_agree(f"sample line {line}", ",".join(wanted), ",".join(found))
    must_agree("sample lines", len(expected), len(rows))


def check_design(certificate, design):
    """The design is the one whose hash was handed out, and the certificate keeps to its frame, sizes and coordination."""
    canonical = json.dumps(design, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    must_agree("design_sha256", certificate["design_sha256"], sha256(canonical))
    sizes = design["sizes"]
    planned = {row["stratum"]: row["n"] for row in sizes} if isinstance(sizes, list) else sizes
    for row in certificate["strata"]:
        must_agree(f"n of stratum {row['stratum']} as designed", row["n"], planned.get(row["stratum"]))
    if "frame" in design:  # a draw on files has sizes alone
        must_agree("frame_sha256 as designed", certificate["frame_sha256"], design["frame"]["sha256"])
        must_agree("coordination as designed", certificate["coordination"], design["coordination"])
        must_agree("rotation as designed", certificate["rotation"], design["rotation"])
        # Negative coordination: the order starts where the planned shares of the populations before it end.
        start = int(sum(Fraction(str(one["share"])) for one in design["starts"]) * 2**64) % 2**64
        must_agree("rotation = shares before * 2**64", design["rotation"], f"{start:016x}")


def verify(certificate_path, frame_path, sample_path=None, design_path=None):
    """Everything, from the cheapest check to the dearest."""
    certificate = json.loads(Path(certificate_path).read_text(encoding="utf-8"))
    must_agree("algorithm", certificate["algorithm"], "sha256-prn-v1")
    about_seed = check_seed(certificate)
    if design_path:
        check_design(certificate, json.loads(Path(design_path).read_text(encoding="utf-8")))
    units = read_csv(frame_path, ["unit_key", "stratum"])
    check_frame(certificate, units)
    strata = draw(certificate, units)
    count = check_sample(certificate, strata)
    if sample_path:
        check_list(certificate, strata, read_csv(sample_path, ["unit_key", "stratum", "prn", "order", "released"]))
    print(f"一致 verified: {len(units)} units, {len(strata)} strata, sample of {count}. {about_seed}.")


def main(arguments):
    """Verify what the command line names; the exit code."""
    certificate, *others = arguments or [""]
    tables, designs = [[name for name in others if name.endswith(".json") == wanted] for wanted in (False, True)]
    if not 1 <= len(tables) <= 2 or len(designs) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        verify(certificate, tables[0], tables[1] if len(tables) == 2 else None, designs[0] if designs else None)
    except Difference as difference:
        print(f"不一致 differs: {difference}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as trouble:
        print(f"读不了 cannot read: {trouble}", file=sys.stderr)
        return 2
    except (KeyError, TypeError, IndexError, AttributeError) as gap:
        print(f"不一致 differs: 证书缺项或格式不对 certificate incomplete or malformed: {gap!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
