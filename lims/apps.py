from django.apps import AppConfig


class LimsConfig(AppConfig):
    name = "lims"
    verbose_name = "The frame"

    def ready(self) -> None:
        from lims.audit import triggers
        from lims.web import menu

        triggers.connect()
        menu.register("Today", "lims:today", icon="today", verb="view_bench", place=10)
