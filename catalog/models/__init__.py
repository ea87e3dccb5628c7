"""The nouns of the catalogue. Submodules import downwards only: sellers → traders, brands, categories, saved views →
products → photos → photo jobs, holds → rules, value lists, releases → screenings → decisions → notices,
backtests, rule health, evasion, bulk, imports. `words` stands alone."""

from .backtests import Backtest
from .brands import Brand, BrandAlias, BrandAuthorization
from .bulk import BulkAction, BulkChange, BulkJob
from .categories import Category
from .decisions import (
    AppealDocument,
    AutomationChoices,
    Decision,
    RegressionCase,
    Strike,
)
from .evasion import EvasionSign
from .holds import Appeal, Hold
from .import_rows import ImportChange, ImportIssue, ImportResult, ImportRow
from .imports import ImportBatch, ImportJob
from .notices import Notice, NoticeItem, NoticeMail
from .photo_jobs import PhotoArchive, PhotoFetch
from .photos import ProductImage, RemovedPhoto
from .price_standings import PriceStanding
from .products import Offer, Product
from .releases import ModelRelease
from .rule_health import BlindSample, OverlapReport, RecallEstimate, RuleHour
from .rules import LaneChoices, Rule, RuleVersion, Snooze
from .saved_views import ListingColumns, SavedView
from .screening_requests import ScreeningRequest
from .screenings import Finding, ListingFacts, ListingTexts, Screening, TakenDown, VerdictChoices
from .seller_days import SellerDay
from .sellers import Seller, SellerInvitation, SellerMember
from .sweeps import RuleSweep
from .traders import MonthlySales, TraderFile, TraderVerification
from .value_lists import ListEntry, ListKindChoices, ValueList
from .words import Word

__all__ = [
    "Appeal",
    "AppealDocument",
    "AutomationChoices",
    "Backtest",
    "BlindSample",
    "Brand",
    "BrandAlias",
    "BrandAuthorization",
    "BulkAction",
    "BulkChange",
    "BulkJob",
    "Category",
    "Decision",
    "EvasionSign",
    "Finding",
    "Hold",
    "ImportBatch",
    "ImportChange",
    "ImportIssue",
    "ImportJob",
    "ImportResult",
    "ImportRow",
    "LaneChoices",
    "ListEntry",
    "ListKindChoices",
    "ListingColumns",
    "ListingFacts",
    "ListingTexts",
    "ModelRelease",
    "MonthlySales",
    "Notice",
    "NoticeItem",
    "NoticeMail",
    "Offer",
    "OverlapReport",
    "PhotoArchive",
    "PhotoFetch",
    "PriceStanding",
    "Product",
    "ProductImage",
    "RecallEstimate",
    "RegressionCase",
    "RemovedPhoto",
    "Rule",
    "RuleHour",
    "RuleSweep",
    "RuleVersion",
    "SavedView",
    "Screening",
    "ScreeningRequest",
    "Seller",
    "SellerDay",
    "SellerInvitation",
    "SellerMember",
    "Snooze",
    "Strike",
    "TakenDown",
    "TraderFile",
    "TraderVerification",
    "ValueList",
    "VerdictChoices",
    "Word",
]
