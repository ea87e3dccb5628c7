"""The JSON API for reading: a user sees through it what they see on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import permissions, viewsets
from rest_framework.exceptions import NotAuthenticated
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from shopadmin.accounts.models import User
from shopadmin.accounts.roles import STAFF_ROLES, Role

from .models import ProductLink, TagJob, Track, Video
from .serializers import JobSerializer, VideoDetailSerializer, VideoSerializer


class SeesVideos(permissions.BasePermission):
    """Lets creators and the staff through; which rows each sees is the querysets' part."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has a role that works with videos."""
        return isinstance(request.user, User) and bool(request.user.roles & {Role.CREATOR, *STAFF_ROLES})


def reader(request: Request) -> User:
    """Return who asks; `SeesVideos` has let only people with a login through."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class NewestFirst(CursorPagination):
    """Pages by position, newest first."""

    ordering = ("-created_at", "-pk")


class VideoViewSet(viewsets.ReadOnlyModelViewSet[Video]):
    """Videos; one video comes with its tracks and visible links."""

    permission_classes = (SeesVideos,)
    pagination_class = NewestFirst
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Video]:
        """Keep the videos that the user may see."""
        videos = Video.objects.for_user(reader(self.request)).select_related("creator")
        if self.action == "retrieve":
            tracks = Track.objects.prefetch_related("appearances", Prefetch("links", ProductLink.objects.current()))
            videos = videos.prefetch_related(Prefetch("tracks", tracks))
        return videos

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return tracks and links only with a single video."""
        return VideoDetailSerializer if self.action == "retrieve" else VideoSerializer


class JobViewSet(viewsets.ReadOnlyModelViewSet[TagJob]):
    """Jobs, with stage and progress."""

    permission_classes = (SeesVideos,)
    pagination_class = NewestFirst
    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[TagJob]:
        """Keep the jobs of videos that the user may see."""
        return TagJob.objects.for_user(reader(self.request)).select_related("video")
