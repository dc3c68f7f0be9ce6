from cultures.quality.urls import identity, quarantine, settings, tests

urlpatterns = [*tests.urlpatterns, *quarantine.urlpatterns, *settings.urlpatterns, *identity.urlpatterns]
