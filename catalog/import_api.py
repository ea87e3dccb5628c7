"""The API of imports: send a file, follow it, read what it would do and what failed, apply it and undo it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import mixins, permissions, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotAuthenticated, NotFound, PermissionDenied, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from .import_bodies import CsvParser, JsonLinesParser, NdjsonParser, TooLarge, most_bytes, too_large
from .import_serializers import ImportSerializer, Suggestions, Terms, row_answer
from .listing_import import services
from .listing_import.previews import describe
from .listing_import.wording import file_message
from .models import ImportBatch, ImportResult, Seller
from .views.access import allowed_on

VIEW, IMPORT = Permission.VIEW_LISTINGS, Permission.IMPORT_LISTINGS
FORM_OVERHEAD_BYTES = 64 * 1024
_NAMES = {"application/jsonl": "import.jsonl", "application/x-ndjson": "import.jsonl", "text/csv": "import.csv"}


class NotNow(APIException):
    """The import is not in a state in which this can be done (RFC 9110, section 15.5.10)."""

    status_code = status.HTTP_409_CONFLICT


class MayImport(permissions.BasePermission):
    """Lets people and tokens through who may import, or see listings if they only read; which rows, querysets say."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether what is granted suffices for the method."""
        user = request.user
        if not isinstance(user, User):
            return False
        may_read = request.method in permissions.SAFE_METHODS and user.scope(VIEW) > Scope.NONE
        return may_read or user.scope(IMPORT) > Scope.NONE


class ByNumber(CursorPagination):
    """Pages of rows in the order of the file."""

    ordering = "number"
    page_size = 100


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ImportBatch]):
    """Imports: send a file, follow it, apply it, undo it.

    The same file for the same seller is one import: sending it again answers with the earlier one.
    """

    permission_classes = (MayImport,)
    parser_classes = (MultiPartParser, JsonLinesParser, NdjsonParser, CsvParser)
    serializer_class = ImportSerializer
    lookup_value_converter = "int"

    class Newest(CursorPagination):
        """Pages by position, newest first."""

        ordering = ("-created_at", "-pk")

    pagination_class = Newest

    def get_queryset(self) -> QuerySet[ImportBatch]:
        """Keep the imports that the user may see, also with a token that may only import; `seller` narrows them."""
        user = self._user
        found = ImportBatch.objects.for_user(user, VIEW if user.scope(VIEW) > Scope.NONE else IMPORT)
        if slug := self.request.query_params.get("seller"):
            found = found.filter(seller__slug=slug.replace("\0", ""))
        return found.select_related("seller")

    def create(self, request: Request) -> Response:
        """Receive a file and have it checked; unless it is a dry run, it is applied when it is checked.

        Sent as a form with `file`, or as the body itself with the terms in the address. 200 answers with an earlier
        import of the same file, 202 with a new one.
        """
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > most_bytes() + FORM_OVERHEAD_BYTES:
            raise too_large()
        is_form = (request.content_type or "").startswith("multipart/")
        terms = Terms(data=request.data if is_form else request.query_params)
        terms.is_valid(raise_exception=True)
        seller = get_object_or_404(Seller.objects.for_user(self._user, self._sees), slug=terms.validated_data["seller"])
        self._demand_import(seller)
        file, name = self._file(request, is_form=is_form)
        return self._receive(seller, file, terms.validated_data.get("name") or name, terms.validated_data)

    @action(detail=True, url_name="rows")
    def rows(self, request: Request, pk: int) -> Response:
        """Return what the rows do, in the order of the file; `outcome` narrows them."""
        batch = self._seen(pk)
        found = ImportResult.objects.filter(batch=batch)
        if outcome := request.query_params.get("outcome"):
            if outcome not in ImportResult.Outcome.values:
                raise ValidationError({"outcome": [_("Choose one of %s.") % ", ".join(ImportResult.Outcome.values)]})
            found = found.with_outcome(outcome)
        paginator = ByNumber()
        page = paginator.paginate_queryset(found, request, view=self) or []
        return paginator.get_paginated_response([row_answer(row) for row in describe(batch, page)])

    @action(detail=True, url_path="errors.csv", url_name="errors")
    def errors(self, request: Request, pk: int) -> HttpResponseBase:
        """Return the failed rows as a file to be mended and sent again."""
        batch = self._seen(pk)
        if not batch.file or not services.has_errors(batch):
            raise NotFound(_("No row has failed, or the file is no longer kept."))
        return StreamingHttpResponse(services.error_file(batch), content_type="text/csv")

    @action(detail=True, methods=["post"], url_name="suggestions")
    def suggestions(self, request: Request, pk: int) -> Response:
        """Let what is suggested for a `kind` of problem ("price:no-amount") stand for the cells, and check again."""
        batch = self._own(pk)
        asked = Suggestions(data=request.query_params)
        asked.is_valid(raise_exception=True)
        try:
            services.take_suggestions(batch, self._user, asked.validated_data["kind"])
        except services.ImportRefused as error:
            raise NotNow(str(error)) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    @action(detail=True, methods=["post"], url_name="apply")
    def apply(self, request: Request, pk: int) -> Response:
        """Have a checked import written."""
        batch = self._own(pk)
        try:
            services.request_apply(batch, self._user)
        except services.ImportRefused as error:
            raise NotNow(str(error)) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    @action(detail=True, methods=["post"], url_name="undo")
    def undo(self, request: Request, pk: int) -> Response:
        """Have an applied import taken back; what was edited later stays."""
        batch = self._own(pk)
        try:
            services.request_undo(batch, self._user)
        except services.ImportRefused as error:
            raise NotNow(str(error)) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    @action(detail=True, methods=["post"], url_name="cancel")
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop what is being done, or put an import aside that has had no effect."""
        batch = self._own(pk)
        if not services.cancel(batch):
            raise NotNow(_("That had ended already; nothing was cancelled."))
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    @property
    def _user(self) -> User:
        """Who asks; the permission has let only people with a login through."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    @property
    def _sees(self) -> Permission:
        return VIEW if self._user.scope(VIEW) > Scope.NONE else IMPORT

    def _demand_import(self, seller: Seller) -> None:
        if IMPORT not in allowed_on(self._user, seller):
            raise PermissionDenied

    def _seen(self, pk: int) -> ImportBatch:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _own(self, pk: int) -> ImportBatch:
        batch = self._seen(pk)
        self._demand_import(batch.seller)
        return batch

    def _file(self, request: Request, *, is_form: bool) -> tuple[BinaryIO, str]:
        if not is_form:
            media_type = (request.content_type or "").partition(";")[0].strip()
            return cast("Mapping[str, BinaryIO]", request.data)["file"], _NAMES.get(media_type, "import.csv")
        sent = request.FILES.get("file")
        if sent is None:
            raise ValidationError({"file": [_("Send the file as the part “file”.")]})
        return cast("BinaryIO", sent.file), sent.name or "import.csv"

    def _receive(self, seller: Seller, file: BinaryIO, name: str, terms: Mapping[str, Any]) -> Response:
        try:
            batch = services.receive_file(
                seller=seller, actor=self._user, file=file, name=name, source=ImportBatch.Source.API
            )
        except services.ImportRefused as error:
            raise TooLarge(str(error)) from error
        if "sheet" in terms:
            self._choose_sheet(batch, terms["sheet"])
        earlier = ImportBatch.objects.same_file(batch).first()
        if earlier is not None and not terms["again"]:
            services.forget(batch)
            return self._answer(earlier, status.HTTP_200_OK)
        if batch.problem:
            services.forget(batch)
            raise ValidationError({"file": [file_message(batch.problem)]})
        try:
            services.request_check(batch, self._user, applies_itself=not terms["dry_run"])
        except services.ImportRefused as error:
            services.forget(batch)
            raise ValidationError({"file": [str(error)]}) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    def _choose_sheet(self, batch: ImportBatch, name: str) -> None:
        try:
            services.set_sheet(batch, name)
        except services.ImportRefused as error:
            services.forget(batch)
            raise ValidationError({"sheet": [str(error)]}) from error

    def _answer(self, batch: ImportBatch, code: int) -> Response:
        fresh = ImportBatch.objects.select_related("seller").get(pk=batch.pk)
        address = reverse("catalog-api:import-detail", args=[fresh.pk], request=self.request)
        return Response(self.get_serializer(fresh).data, code, headers={"Location": address})
