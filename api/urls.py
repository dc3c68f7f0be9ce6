"""The machines' addresses."""

urlpatterns: list = []
