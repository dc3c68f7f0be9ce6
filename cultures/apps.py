from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"

    def ready(self) -> None:
        from cultures import registers, rules
        from cultures.dosing import bench as ladders_at_the_bench
        from cultures.dosing import doors as doors_to_models
        from cultures.dosing import gates as gates_of_ladders
        from cultures.dosing import mechanism_panel, pair_panels, reversion_panel
        from cultures.dosing import panels as panels_of_ladders
        from cultures.dosing import reminders as due_on_ladders
        from cultures.passaging import deliveries, doors, panels, reminders
        from cultures.passaging.registry import ABOVE, Witness
        from cultures.passaging.views.bench import bench_of
        from cultures.quality import bars as apart
        from cultures.quality import deliveries as results
        from cultures.quality import doors as doors_to_tests
        from cultures.quality import gates as gates_of_quality
        from cultures.quality import identity_panels as panels_of_identity
        from cultures.quality import marks as marks_of_tests
        from cultures.quality import mix_ups, phases, run_deliveries
        from cultures.quality import panels as panels_of_tests
        from cultures.quality import reminders as due_tests
        from cultures.quality import rules as rules_of_quality
        from cultures.quality import settings_panels as settings_of_quality
        from cultures.quality.services import identity as profiles_of_samples
        from cultures.quality.services.following import follow as follow_cells
        from lims.instruments.handlers import register_handler
        from lims.web.context import register_bench

        rules.register()
        rules_of_quality.register()
        reminders.register()
        register_handler(deliveries.ROUTE, deliveries.PostedCounts())
        register_handler(results.ROUTE, results.PostedTests())
        register_handler(run_deliveries.ROUTE, run_deliveries.PostedRuns())
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
        ABOVE.bars.append(apart.bar)
        ABOVE.witnesses.append(Witness(apart.last_sample, apart.first_sample))
        ABOVE.followers.append(follow_cells)
        due_tests.register()
        profiles_of_samples.register()
        doors_to_tests.register()
        panels_of_tests.register()
        settings_of_quality.register()
        panels_of_identity.register()
        marks_of_tests.register()
        mix_ups.register()
        gates_of_ladders.register_gate("mycoplasma", gates_of_quality.mycoplasma)
        gates_of_ladders.register_bar(apart.why_not_escalated)
        gates_of_ladders.register_proof(phases.not_ready_to_confirm)
