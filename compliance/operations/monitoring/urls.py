"""Addresses for programs that watch the installation. No slash ends them, as is usual."""

from django.urls import path

from compliance.operations.monitoring import views

app_name = "monitoring"
prefix = ""
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
