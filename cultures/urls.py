"""The bench's addresses."""

urlpatterns: list = []
