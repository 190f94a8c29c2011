"""Functions of the SDK that post: projects of every kind, and contests."""

from freelancersdk.resources.contests import contests
from freelancersdk.resources.contests.exceptions import ContestNotCreatedException
from freelancersdk.resources.projects import projects
from freelancersdk.resources.projects.exceptions import ProjectNotCreatedException
from freelancersdk.resources.projects.helpers import (
    create_budget_object,
    create_country_object,
    create_currency_object,
    create_hourly_project_info_object,
    create_job_object,
    create_location_object,
)

from market import BRIEF, EURO, MarketTest

TITLE = "Import nocturne à réparer"


class Posting(MarketTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.jobs = {job["name"]: job["id"] for job in projects.get_jobs(cls.nadia, [], False, "fr")}

    def job(self, *names: str) -> list[dict]:
        return [create_job_object(self.jobs[name]) for name in names]

    def terms(self, **others) -> dict:
        usual = {
            "title": TITLE,
            "description": BRIEF,
            "currency": create_currency_object(EURO),
            "budget": create_budget_object(1500.5, 3000),
            "jobs": self.job("Docker", "Kubernetes"),
        }
        return {**usual, **others}

    def create(self, **others):
        return projects.create_project(self.nadia, **self.terms(**others))

    def test_create_project(self) -> None:
        made = self.create()
        self.assertEqual((made.title, made.description, made.owner_id), (TITLE, BRIEF, self.nadia_id))
        self.assertTrue(made.url.endswith(made.seo_url))
        # Another reads it as it was written.
        seen = projects.get_project_by_id(self.camille, made.id)
        self.assertEqual((seen["title"], seen["description"], seen["status"]), (TITLE, BRIEF, "active"))
        self.assertEqual(seen["budget"], {"minimum": 1500.5, "maximum": 3000})
        self.assertEqual((seen["currency"]["code"], seen["type"], seen["local"]), ("EUR", "fixed", False))
        self.assertEqual([job["name"] for job in seen["jobs"]], ["Docker", "Kubernetes"])
        self.assertEqual((seen["category"]["name"], seen["bidperiod"]), ("DevOps and cloud", 7))

    def test_create_project_without_a_maximum(self) -> None:
        made = self.create(budget=create_budget_object(1500), currency=create_currency_object(4, code="GBP"))
        self.assertEqual(made.budget, {"minimum": 1500, "maximum": 1500})
        self.assertEqual(made.currency["code"], "GBP")

    def test_create_project_by_the_rules(self) -> None:
        create = projects.create_project
        cases = [
            (self.camille, {}, "FORBIDDEN"),
            (self.nadia, {"title": "Court"}, "VALIDATION"),
            (self.nadia, {"description": f"{BRIEF} Écrivez à moi@exemple.fr"}, "CONTACT_DETAILS_IN_TEXT"),
            (self.nadia, {"budget": create_budget_object(3000, 1500)}, "VALIDATION"),
            (self.nadia, {"budget": create_budget_object(0.01)}, "AMOUNT_OUT_OF_RANGE"),
            (self.nadia, {"budget": {}}, "BAD_REQUEST"),
            (self.nadia, {"jobs": []}, "VALIDATION"),
            (self.nadia, {"jobs": [create_job_object(999_999)]}, "BAD_REQUEST"),
            (self.nadia, {"currency": create_currency_object(99)}, "BAD_REQUEST"),
            (self.nadia, {"currency": create_currency_object(EURO, code="USD")}, "BAD_REQUEST"),
            (self.nadia, {"currency": create_currency_object(9)}, "VALIDATION"),
        ]
        for session, others, code in cases:
            with self.subTest(others=others):
                self.refused(code, ProjectNotCreatedException, lambda: create(session, **self.terms(**others)))

    def test_create_hourly_project(self) -> None:
        info = create_hourly_project_info_object(20, "WEEK")
        terms = self.terms(budget=create_budget_object(45, 60), hourly_project_info=info)
        made = projects.create_hourly_project(self.nadia, **terms)
        seen = projects.get_project_by_id(self.camille, made.id)
        self.assertEqual((seen["type"], seen["budget"]), ("hourly", {"minimum": 45, "maximum": 60}))
        self.assertEqual(seen["description"], f"{BRIEF}\n\nVolume prévu : 20 h par semaine.")
        terms["hourly_project_info"] = create_hourly_project_info_object(20, "SPRINT")
        create = projects.create_hourly_project
        self.refused("BAD_REQUEST", ProjectNotCreatedException, lambda: create(self.nadia, **terms))

    def test_create_local_project(self) -> None:
        create = projects.create_local_project
        for country in [create_country_object("suisse"), create_country_object("Helvetia", code="ch")]:
            location = create_location_object(country, "Genève", 46.2044, 6.1432)
            made = create(self.nadia, **self.terms(location=location))
            seen = projects.get_project_by_id(self.camille, made.id)
            self.assertTrue(seen["local"])
            self.assertEqual((seen["location"]["country"]["code"], seen["location"]["city"]), ("ch", "Genève"))
        location = create_location_object(create_country_object("Atlantis"), "Poséidonia")
        terms = self.terms(location=location)
        self.refused("BAD_REQUEST", ProjectNotCreatedException, lambda: create(self.nadia, **terms))

    def contest(self, session=None, **others):
        usual = {
            "title": "Un logo pour notre coopérative",
            "description": BRIEF,
            "type": "freemium",
            "duration": 14,
            "job_ids": [self.jobs["Figma"]],
            "currency_id": EURO,
            "prize": 450.5,
        }
        return contests.create_contest(session or self.nadia, **{**usual, **others})

    def test_create_contest(self) -> None:
        made = self.contest()
        self.assertEqual((made.title, made.description), ("Un logo pour notre coopérative", BRIEF))
        self.assertEqual((made.owner_id, made.prize, made.currency["code"]), (self.nadia_id, 450.5, "EUR"))
        self.assertEqual((made.duration, made.status, [job["name"] for job in made.jobs]), (14, "open", ["Figma"]))
        seen = self.market.get(self.camille, f"contests?q=coop%C3%A9rative&limit=5")["items"]
        self.assertEqual([contest["brief"] for contest in seen], [BRIEF])
        cases = [
            ({"session": self.camille}, "FORBIDDEN"),
            ({"type": "premium"}, "NOT_IMPLEMENTED"),
            ({"duration": 0}, "VALIDATION"),
            ({"duration": 91}, "VALIDATION"),
            ({"duration": 10**15}, "BAD_REQUEST"),
            ({"job_ids": [0]}, "BAD_REQUEST"),
            ({"prize": 1}, "AMOUNT_OUT_OF_RANGE"),
        ]
        for others, code in cases:
            with self.subTest(others=others):
                self.refused(code, ContestNotCreatedException, lambda: self.contest(**others))
