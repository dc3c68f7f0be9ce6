from django.db import migrations

WORDS = {
    "Escape from ADCC": ["escape from antibody-dependent cellular cytotoxicity (ADCC)"],
    "Other receptors": [
        "EGFR (HER1)",
        "HER3 (ERBB3)",
        "IGF1R",
        "MET",
        "EphA2",
        "erythropoietin receptor (EPOR)",
        "β2-adrenergic receptor (ADRB2)",
    ],
    "ER crosstalk": ["oestrogen receptor crosstalk (ER)"],
    "HER2 itself": ["p95HER2", "HER2 delta-16 (HER2Δ16)", "ERBB2 mutation", "HSP90"],
    "PI3K/Akt/mTOR": ["PIK3CA mutation", "PTEN loss", "INPP4B loss", "AKT1 activation"],
    "MAPK switch": ["NF1 loss", "MEK/ERK activation", "CDK2"],
    "IGF2/IRS1 and FOXO3a-miRNA feedback": ["IGF2/IRS1 feedback", "FOXO3a-miRNA feedback"],
    "Apoptosis and cell cycle": ["BIM (BCL2L11)", "PTK6 (BRK)", "t-Darpp", "p27 (CDKN1B)", "cyclin E (CCNE1)"],
}


def add(apps, schema_editor):
    """A lab that has a word already, in whatever group, keeps it as it is."""
    mechanisms = apps.get_model("cultures", "Mechanism").objects
    known = {name.casefold() for name in mechanisms.values_list("name", flat=True)}
    for group, names in WORDS.items():
        for name in names:
            if name.casefold() not in known:
                mechanisms.create(group=group, name=name)


class Migration(migrations.Migration):
    """The vocabulary of mechanisms begins with the words of the reviews; a lab adds and retires its own."""

    dependencies = [("cultures", "0004_a_plan_is_not_edited")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
