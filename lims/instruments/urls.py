from django.urls import path

from lims.instruments import views

urlpatterns = [
    path("instruments/", views.instruments, name="instruments"),
    path("instruments/add/", views.instrument_add, name="instrument_add"),
    path("instruments/<int:pk>/", views.instrument, name="instrument"),
    path("instruments/<int:pk>/issue-key/", views.token_issue, name="token_issue"),
    path("instruments/keys/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<int:pk>/assign/", views.delivery_assign, name="delivery_assign"),
    path("inbox/<int:pk>/dismiss/", views.delivery_dismiss, name="delivery_dismiss"),
]
