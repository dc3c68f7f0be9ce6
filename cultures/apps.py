from django.apps import AppConfig


class CulturesConfig(AppConfig):
    name = "cultures"
    verbose_name = "The bench"
