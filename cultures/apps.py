from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"

    def ready(self) -> None:
        from cultures.passaging import reminders

        reminders.register()
