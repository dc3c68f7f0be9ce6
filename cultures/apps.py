from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"

    def ready(self) -> None:
        from cultures import registers, rules
        from cultures.passaging import deliveries, doors, panels, reminders
        from cultures.passaging.views.bench import bench_of
        from lims.instruments.handlers import register_handler
        from lims.web.context import register_bench

        rules.register()
        reminders.register()
        register_handler(deliveries.ROUTE, deliveries.PostedCounts())
        doors.register()
        registers.register()
        panels.register()
        register_bench(bench_of)
