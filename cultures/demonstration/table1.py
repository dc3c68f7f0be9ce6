"""The seven models of the demonstration lab, as published.

Table 1 of the application note on refametinib, after O'Shea et al., Oncotarget 2017;8:85120-85135,
doi 10.18632/oncotarget.19461. IC50 in nM as mean and error (its type is not stated); trastuzumab as % inhibition at one
dose. ">4000" is the top of the tested range, not a value. The parental rows are printed as HCC1954-P, BT474-P, SKBR3-P.

Escalation (same note): trastuzumab 1 -> 10-20 ug/mL and lapatinib 10 nM -> 1-2 uM, both over 6-9 months.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One row: the line, how it was made, and its published responses as (mean, error)."""

    line: str
    model: str
    parent: str
    refametinib_nm: tuple[float, float] | str
    copanlisib_nm: tuple[float, float]
    lapatinib_nm: tuple[float, float]
    trastuzumab_inhibition_pct: tuple[float, float]


TABLE_1 = (
    Row("HCC1954", "parental", "", (357.3, 87.8), (9.0, 0.4), (581.0, 84.5), (-10.0, 19.0)),
    Row("HCC1954-L", "lapatinib-resistant", "HCC1954", (713.7, 160.2), (10.3, 0.9), (3602.0, 311.3), (-2.0, 14.0)),
    Row("BT474", "parental", "", (1245.3, 152.0), (1.8, 0.6), (14.3, 5.0), (39.8, 4.9)),
    Row("BT474-RES", "trastuzumab-resistant", "BT474", (1379.3, 190.5), (4.1, 0.9), (223.7, 48.5), (8.21, 5.2)),
    Row("SKBR3", "parental", "", ">4000", (13.2, 3.4), (57.3, 6.6), (37.6, 6.4)),
    Row("SKBR3-L", "lapatinib-resistant", "SKBR3", ">4000", (45.2, 4.3), (1237.7, 212.7), (15.9, 8.2)),
    Row("SKBR3-T", "trastuzumab-resistant", "SKBR3", ">4000", (12.4, 3.5), (79.3, 12.5), (10.6, 5.3)),
)
