"""What of the SDK has no counterpart is refused as such; and nothing of it is neither tested nor said to have none."""

import inspect
import pathlib
import re
import unittest

from freelancersdk.resources.contests import contests
from freelancersdk.resources.messages import messages
from freelancersdk.resources.projects import exceptions, projects
from freelancersdk.resources.projects.helpers import create_budget_object, create_currency_object, create_job_object
from freelancersdk.resources.users import users
from freelancersdk.resources.users.exceptions import PortfoliosNotFoundException, UsersNotFoundException

from market import BRIEF, EURO, MarketTest

HERE = pathlib.Path(__file__).parent


class Unmapped(MarketTest):
    def refuses(self, exception: type[Exception], function, *arguments) -> None:
        self.refused("NOT_IMPLEMENTED", exception, function, *arguments)

    def test_create_hireme_project(self) -> None:
        terms = (create_currency_object(EURO), create_budget_object(2000, 3000), [create_job_object(1)], {"amount": 2000})
        create = projects.create_hireme_project
        self.refuses(exceptions.ProjectNotCreatedException, create, self.nadia, "Import à réparer", BRIEF, *terms)

    def test_highlight_project_bid(self) -> None:
        bid = self.bid(self.posted())
        self.refuses(exceptions.BidNotHighlightedException, projects.highlight_project_bid, self.camille, bid.id)

    def test_tracks(self) -> None:
        place = (48.85, 2.35)
        post, update, get = projects.post_track, projects.update_track, projects.get_track_by_id
        self.refuses(exceptions.TrackNotCreatedException, post, self.camille, self.camille_id, self.nadias[0], *place)
        self.refuses(exceptions.TrackNotUpdatedException, update, self.camille, 1, *place)
        self.refuses(exceptions.TrackNotFoundException, get, self.camille, 1)

    def test_milestones(self) -> None:
        bid = self.contract()
        made = projects.create_milestone_payment(self.nadia, bid.project_id, self.camille_id, 2000, 1, "Acompte")
        request, cancel = projects.request_release_milestone_payment, projects.cancel_milestone_payment
        self.refuses(exceptions.MilestoneNotRequestedReleaseException, request, self.camille, made.transaction_id)
        self.refuses(exceptions.MilestoneNotCancelledException, cancel, self.camille, made.transaction_id)
        asked = projects.create_milestone_request(self.camille, bid.project_id, bid.id, "Reprise des données", 500)
        self.refuses(
            exceptions.MilestoneRequestNotDeletedException, projects.delete_milestone_request, self.camille, asked.id
        )

    def test_people(self) -> None:
        self.refuses(UsersNotFoundException, users.search_freelancers, self.nadia, [1])
        self.refuses(PortfoliosNotFoundException, users.get_portfolios, self.nadia, [self.camille_id])


class Everything(unittest.TestCase):
    def test_each_function_is_tested_or_said_to_have_no_counterpart(self) -> None:
        functions = {
            name
            for module in (contests, messages, projects, users)
            for name, value in inspect.getmembers(module, inspect.isfunction)
            if value.__module__ == module.__name__
        }
        listed = (HERE / "UNMAPPED.md").read_text("utf-8").split("## Parts of functions", 1)[0]
        unmapped = functions & set(re.findall(r"`(?:[a-z]+\.)?([a-z_]+)`", listed))
        sources = [path.read_text("utf-8") for path in HERE.glob("test_*.py") if path.name != "test_unmapped.py"]
        tested = functions & set(re.findall(r"def test_([a-z_]+)\(", "\n".join(sources)))
        self.assertEqual(len(functions), 47)
        self.assertEqual(tested & unmapped, set())
        self.assertEqual(functions - tested - unmapped, set())
