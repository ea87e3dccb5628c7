"""Addresses of tagging."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .api import JobViewSet, VideoViewSet
from .views import consents, jobs, links, media, notices, product_links, uploads, videos

app_name = "tagging"

router = SimpleRouter(use_regex_path=False)
router.register("videos", VideoViewSet, basename="api-video")
router.register("jobs", JobViewSet, basename="api-job")

urlpatterns = [
    path("videos/", videos.video_list, name="video-list"),
    path("videos/upload", uploads.video_upload, name="video-upload"),
    path("videos/<uuid:public_id>/", videos.video_detail, name="video-detail"),
    path("videos/<uuid:public_id>/tracks", videos.video_tracks, name="video-tracks"),
    path("videos/<uuid:public_id>/tag", videos.video_tag, name="video-tag"),
    path("videos/<uuid:public_id>/file", media.video_file, name="video-file"),
    path("videos/<uuid:public_id>/poster", media.video_poster, name="video-poster"),
    path("views/<int:pk>/crop", media.view_crop, name="view-crop"),
    path("views/<int:pk>/frame", media.view_frame, name="view-frame"),
    path("products/<int:pk>/links", product_links.product_links, name="product-links"),
    path("links/<int:pk>/evidence", links.link_evidence, name="link-evidence"),
    path("links/<int:pk>/export", links.link_export, name="link-export"),
    path("links/<int:pk>/approve", links.link_approve, name="link-approve"),
    path("links/<int:pk>/reject", links.link_reject, name="link-reject"),
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<int:pk>/progress", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel", jobs.job_cancel, name="job-cancel"),
    path("consent", consents.consent, name="consent"),
    path("consent/grant", consents.consent_grant, name="consent-grant"),
    path("consent/revoke", consents.consent_revoke, name="consent-revoke"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read", notices.notice_read, name="notice-read"),
    path("api/", include(router.urls)),
]
