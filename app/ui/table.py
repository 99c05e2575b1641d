"""Which address opens which screen, and the destinations of the rail: the two tables the shell reads."""

import flet as ft

from app.ui.desk import Desk
from app.ui.routes import Arguments, Route, Tab
from app.ui.screens.bundle import Bundle
from app.ui.screens.enrol import Enrol
from app.ui.screens.enrol_again import EnrolAgain
from app.ui.screens.household import Household
from app.ui.screens.household_change import Move, Remove, RemoveMember, Restore, RestoreMember
from app.ui.screens.households import Households, Pick
from app.ui.screens.login import Login
from app.ui.screens.register import Register
from app.ui.screens.result import Result
from app.ui.screens.review_disputes import ReviewDisputes
from app.ui.screens.review_duplicate import ReviewDuplicate
from app.ui.screens.review_duplicates import ReviewDuplicates
from app.ui.screens.review_held import ReviewHeld
from app.ui.screens.review_queue import ReviewQueue
from app.ui.screens.review_steward import Audit, DeskHome, Devices, People
from app.ui.screens.review_visit import ReviewVisit
from app.ui.screens.settings import Settings
from app.ui.screens.sync import Sync
from app.ui.screens.sync_household import SyncHousehold
from app.ui.screens.today import Today
from app.ui.screens.visit import Visit

READERS = frozenset({"officer", "supervisor", "auditor"})
STEWARDS = frozenset({"steward", "auditor"})

_OF_HOUSEHOLD: Arguments = {"tab": "households", "beside": Households, "bare": True, "up": "/household/{household}"}

ROUTES: tuple[Route, ...] = (
    Route("/", Today, tab="today"),
    Route("/households", Pick, tab="households", beside=Households, list_first=True),
    Route("/register", Register, tab="households", beside=Households),
    Route("/household/{household}", Household, tab="households", beside=Households),
    Route("/household/{household}/move", Move, **_OF_HOUSEHOLD),
    Route("/household/{household}/remove", Remove, **_OF_HOUSEHOLD),
    Route("/household/{household}/restore", Restore, **_OF_HOUSEHOLD),
    Route("/household/{household}/member/{member}/remove", RemoveMember, **_OF_HOUSEHOLD),
    Route("/household/{household}/member/{member}/restore", RestoreMember, **_OF_HOUSEHOLD),
    Route("/visit/{household}", Visit, tab="households", bare=True, up="/household/{household}"),
    Route("/result/{household}/{visit}", Result, tab="households", bare=True, up="/household/{household}"),
    Route("/sync", Sync, tab="sync"),
    Route("/sync/file", Bundle, tab="sync", up="/sync"),
    Route("/sync/household/{household}", SyncHousehold, tab="sync", up="/sync"),
    Route("/enrol-again", EnrolAgain, tab="sync", up="/sync"),
    Route("/settings", Settings, tab="settings"),
    Route("/enrol", Enrol, behind="nothing"),
    Route("/login", Login, behind="nothing"),
    Route("/desk", DeskHome, behind="login", tab="queue"),
    Route("/desk/visits/{visit}", ReviewVisit, behind="login", tab="queue", beside=ReviewQueue),
    Route("/desk/conflicts", ReviewDisputes, behind="login", tab="questions"),
    Route("/desk/duplicates", ReviewDuplicates, behind="login", tab="questions"),
    Route(
        "/desk/duplicates/{low}/{high}",
        ReviewDuplicate,
        behind="login",
        tab="questions",
        beside=ReviewDuplicates,
        bare=True,
        up="/desk/duplicates",
    ),
    Route("/desk/held", ReviewHeld, behind="login", tab="questions"),
    Route("/desk/people", People, behind="login", tab="people"),
    Route("/desk/devices", Devices, behind="login", tab="devices"),
    Route("/desk/audit", Audit, behind="login", tab="audit"),
)


def _waiting(desk: Desk) -> str:
    return str(desk.waiting) if desk.waiting else ""


TABS: tuple[Tab, ...] = (
    Tab("today", "/", ft.Icons.WB_SUNNY_OUTLINED, ft.Icons.WB_SUNNY),
    Tab("households", "/households", ft.Icons.HOLIDAY_VILLAGE_OUTLINED, ft.Icons.HOLIDAY_VILLAGE),
    Tab("sync", "/sync", ft.Icons.CLOUD_SYNC_OUTLINED, ft.Icons.CLOUD_SYNC, badge=_waiting),
    Tab("settings", "/settings", ft.Icons.TUNE_OUTLINED, ft.Icons.TUNE),
    Tab("queue", "/desk", ft.Icons.FACT_CHECK_OUTLINED, ft.Icons.FACT_CHECK, "login", READERS),
    Tab("questions", "/desk/conflicts", ft.Icons.RULE_OUTLINED, ft.Icons.RULE, "login", READERS),
    Tab("people", "/desk/people", ft.Icons.GROUPS_OUTLINED, ft.Icons.GROUPS, "login", STEWARDS),
    Tab("devices", "/desk/devices", ft.Icons.DEVICES_OUTLINED, ft.Icons.DEVICES, "login", STEWARDS),
    Tab("audit", "/desk/audit", ft.Icons.HISTORY_EDU_OUTLINED, ft.Icons.HISTORY_EDU, "login", STEWARDS),
)
