"""A concentration: the number and unit as written, and the same in its compound's canonical unit.

Small molecules are compared in nM, antibodies in ug/mL. Molar and mass units are converted into each other only
through the molar mass of that salt form (lapatinib 581.06, its ditosylate monohydrate 943.48 g/mol).
"""

from dataclasses import dataclass
from decimal import Decimal

MICRO = "\u00b5"  # the sign on keyboards; labels also bear the Greek letter, and "u"

NANOMOLAR = {"nM": Decimal(1), f"{MICRO}M": Decimal(1_000), "mM": Decimal(1_000_000)}
MICROGRAMS_PER_ML = {f"{MICRO}g/mL": Decimal(1), "mg/mL": Decimal(1_000)}
_SPELLINGS = {unit.lower(): unit for unit in (*NANOMOLAR, *MICROGRAMS_PER_ML)}


class UnknownUnit(ValueError):
    """Not one of nM, µM, mM, µg/mL, mg/mL."""


class MolarMassNeeded(ValueError):
    """Molar and mass units cannot be converted without the molar mass."""


def unit_as_we_write_it(unit: str) -> str:
    """One spelling for each unit.

    >>> unit_as_we_write_it("ug/ml")
    'µg/mL'
    >>> unit_as_we_write_it("uM")
    'µM'
    """
    tidy = unit.strip().replace("\u03bc", MICRO).lower().replace(" ", "")
    if tidy.startswith("u"):
        tidy = MICRO + tidy[1:]
    if tidy not in _SPELLINGS:
        raise UnknownUnit(unit)
    return _SPELLINGS[tidy]


@dataclass(frozen=True)
class Concentration:
    """As written. Build it with `written`, which settles the spelling of the unit."""

    amount: Decimal
    unit: str

    @classmethod
    def written(cls, amount: Decimal, unit: str) -> "Concentration":
        return cls(amount, unit_as_we_write_it(unit))

    @property
    def is_molar(self) -> bool:
        return self.unit in NANOMOLAR

    def canonical(self, kind: str, molar_mass: Decimal | None) -> Decimal:
        """In nM for a small molecule, in ug/mL for an antibody; molar_mass in g/mol.

        1 ug/mL = 1e6 / molar_mass nM

        >>> Concentration.written(Decimal(2), "µM").canonical("small_molecule", None)
        Decimal('2000')
        >>> round(Concentration.written(Decimal(10), "ug/mL").canonical("small_molecule", Decimal(145500)), 1)
        Decimal('68.7')
        """
        if kind == "antibody":
            return self._in_micrograms_per_ml(molar_mass)
        return self._in_nanomolar(molar_mass)

    def _in_nanomolar(self, molar_mass: Decimal | None) -> Decimal:
        if self.is_molar:
            return self.amount * NANOMOLAR[self.unit]
        if not self.amount:
            return Decimal(0)
        if not molar_mass:
            raise MolarMassNeeded(self.unit)
        return self.amount * MICROGRAMS_PER_ML[self.unit] * 1_000_000 / molar_mass

    def _in_micrograms_per_ml(self, molar_mass: Decimal | None) -> Decimal:
        if not self.is_molar:
            return self.amount * MICROGRAMS_PER_ML[self.unit]
        if not self.amount:
            return Decimal(0)
        if not molar_mass:
            raise MolarMassNeeded(self.unit)
        return self.amount * NANOMOLAR[self.unit] * molar_mass / 1_000_000

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit}"
