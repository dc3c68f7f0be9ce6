from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"

    def ready(self) -> None:
        from cultures import registers
        from cultures.passaging import deliveries, panels, reminders
        from lims.instruments.handlers import register_handler

        reminders.register()
        register_handler(deliveries.ROUTE, deliveries.PostedCounts())
        registers.register()
        panels.register()
