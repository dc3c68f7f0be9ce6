"""What the demonstration lab tested, as plain values: runs of mycoplasma tests, STR profiles, one contamination.

Ratios and alleles are invented. The STR profiles above all: they are not those of the real lines, and say so.
"""

from random import Random

from cultures.science.str_profiles import CORE_13

RUNS = (229, 201, 173, 145, 117, 89, 60, 29)  # days ago: the monthly run of everything that grows
AFTER_A_THAW_D = 10
BORDERLINE = (89, "SKBR3")  # in the run of that day the flask of that chain, tested again the next morning
POSITIVE = (60, "BT474-RES B treated")
TRACED_D = 57  # days ago: what the trace asked for was tested
TODAY = ("SKBR3", "HCC1954", "SKBR3-T A treated", "SKBR3-T A vehicle")  # sampled today, and not yet read
PROFILED_D = {"SKBR3-L": 44, "SKBR3-T": 44, "BT474-RES": 43, "HCC1954-L": 43}  # days ago: sublines
RESULT_AFTER_D = 9
LOST_ONE = {"SKBR3-L"}  # sublines that have lost an allele
SOURCE = "demonstration values, not the line's real profile"
MARKERS = (*CORE_13, "D2S1338", "D19S433", "Penta E")
RANGE = (8, 21)  # repeats


def profile_of(line: str) -> dict[str, str]:
    """An invented profile, the same every time; a female donor's."""
    chance = Random(f"invented profile of {line}")
    alleles = {
        marker: ",".join(str(one) for one in sorted({chance.randint(*RANGE), chance.randint(*RANGE)}))
        for marker in MARKERS
    }
    return {"Amelogenin": "X", **alleles}


def sample_of(line: str, parental: str) -> dict[str, str]:
    """What the laboratory found in a line: the profile it came with, in a subline perhaps with an allele lost."""
    alleles = profile_of(parental)
    if line in LOST_ONE:
        marker = next(marker for marker in reversed(MARKERS) if "," in alleles[marker])
        alleles[marker] = alleles[marker].partition(",")[0]
    return alleles
