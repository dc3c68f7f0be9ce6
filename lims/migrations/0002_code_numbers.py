from django.db import migrations


class Migration(migrations.Migration):
    """The running number behind every scannable code (lims/codes.py)."""

    dependencies = [("lims", "0001_the_frame")]

    operations = [migrations.RunSQL("CREATE SEQUENCE lims_code_number START 1", "DROP SEQUENCE lims_code_number")]
