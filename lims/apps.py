from django.apps import AppConfig


class LimsConfig(AppConfig):
    name = "lims"
    verbose_name = "The frame"

    def ready(self) -> None:
        from lims import rules
        from lims.audit import triggers
        from lims.instruments import inbox
        from lims.web import menu, panels

        rules.register_rules(rules.OF_THE_FRAME)
        triggers.connect()
        menu.register("Today", "lims:today", icon="today", verb="view_bench", place=10)
        menu.register("Inbox", "lims:inbox", icon="inbox", verb="view_bench", place=60)
        menu.register("Instruments", "lims:instruments", icon="instrument", verb="view_bench", place=80)
        panels.register_panel("today", template="lims/instruments/_today.html", build=inbox.panel, place=30)
