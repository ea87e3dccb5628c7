"""The jobs that tag videos: a list, and a page with live progress that one may leave."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..models import TagJob
from ..services.jobs import cancel_job
from .access import sees_videos


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the page: `state` is "done", "now", "stopped" or "ahead"; progress in percent."""

    name: str
    state: str
    progress: int
    took_s: float | None


@require_safe
@sees_videos
def job_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the jobs of videos that the user may see, newest first."""
    jobs = TagJob.objects.for_user(request.user).select_related("video__creator")
    state = request.GET.get("state", "")
    if state in TagJob.State.values:
        jobs = jobs.filter(state=state)
    found = page(jobs, fields=("-created_at", "-pk"), query=request.GET)
    context = {"page": found, "states": TagJob.State.choices, "state": state}
    return render_page(request, "tagging/job_list.html", context, fragment="results")


@require_safe
@sees_videos
def job_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what a job does, stage by stage."""
    job = _seen_job(request, pk)
    return render_page(request, "tagging/job_detail.html", {"job": job, "steps": steps(job)})


@require_safe
@sees_videos
def job_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the part of the page that changes; 286 tells htmx to stop asking."""
    job = _seen_job(request, pk)
    context = {"job": job, "steps": steps(job), "is_update": True}
    status = HTMX_STOP_POLLING if job.is_finished else 200
    return render_page(request, "tagging/job_detail.html", context, fragment="progress", status=status)


@require_POST
@sees_videos
def job_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask a job to stop: at once when it waits, at its next step when it runs."""
    job = _seen_job(request, pk)
    if not cancel_job(job):
        messages.info(request, _("The job had already ended; nothing was cancelled."))
    return redirect("tagging:job-detail", job.pk)


def steps(job: TagJob) -> list[Step]:
    """Return the stages in order, with how far the job has come in each."""
    stages = [stage for stage in TagJob.Stage if stage not in {TagJob.Stage.WAIT, TagJob.Stage.DONE}]
    order = [TagJob.Stage.WAIT, *stages, TagJob.Stage.DONE]
    reached = order.index(TagJob.Stage(job.stage))
    return [_step(job, stage, position - reached) for position, stage in enumerate(stages, start=1)]


def _step(job: TagJob, stage: TagJob.Stage, distance: int) -> Step:
    took_s = job.timings_s.get(stage.value)
    if distance < 0 or job.state == TagJob.State.SUCCEEDED:
        return Step(str(stage.label), "done", 100, took_s)
    if distance > 0:
        return Step(str(stage.label), "ahead", 0, None)
    state = "stopped" if job.is_finished else "now"
    return Step(str(stage.label), state, job.progress, took_s)


def _seen_job(request: AuthenticatedRequest, pk: int) -> TagJob:
    jobs = TagJob.objects.for_user(request.user).select_related("video__creator", "requested_by")
    return get_object_or_404(jobs, pk=pk)
