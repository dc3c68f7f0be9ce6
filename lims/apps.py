from django.apps import AppConfig


class LimsConfig(AppConfig):
    name = "lims"
    verbose_name = "The frame"

    def ready(self) -> None:
        from lims.audit import triggers

        triggers.connect()
