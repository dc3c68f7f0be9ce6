from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"

    def ready(self) -> None:
        from cultures import registers, rules
        from cultures.dosing import bench as ladders_at_the_bench
        from cultures.dosing import doors as doors_to_models
        from cultures.dosing import mechanism_panel, pair_panels, reversion_panel
        from cultures.dosing import panels as panels_of_ladders
        from cultures.dosing import reminders as due_on_ladders
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
        ladders_at_the_bench.register()
        due_on_ladders.register()
        doors_to_models.register()
        panels_of_ladders.register()
        pair_panels.register()
        mechanism_panel.register()
        reversion_panel.register()
