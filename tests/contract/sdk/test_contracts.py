"""Functions of the SDK that follow an award: taking it, taking it back, paying by milestones, and reviews."""

from freelancersdk.resources.projects import exceptions, projects
from freelancersdk.resources.projects.helpers import (
    create_review_employer_object,
    create_review_freelancer_object,
)
from freelancersdk.resources.projects.types import MilestoneReason
from freelancersdk.resources.users import users

from market import MarketTest


class Awards(MarketTest):
    def award_status(self, bid_id: int) -> tuple:
        bid = projects.get_bids(self.camille, bid_ids=[bid_id])["bids"][0]
        return bid["award_status"], bid["frontend_bid_status"]

    def test_accept_project_bid(self) -> None:
        bid = self.bid(self.posted())
        accept = projects.accept_project_bid
        self.refused("FORBIDDEN", exceptions.BidNotAcceptedException, accept, self.camille, bid.id)
        projects.award_project_bid(self.nadia, bid.id)
        self.refused("FORBIDDEN", exceptions.BidNotAcceptedException, accept, self.nadia, bid.id)
        self.assertEqual(accept(self.camille, bid.id), "success")
        self.assertEqual(self.award_status(bid.id), ("awarded", "accepted"))

    def test_revoke_project_bid(self) -> None:
        bid = self.bid(self.posted())
        projects.award_project_bid(self.nadia, bid.id)
        revoke = projects.revoke_project_bid
        self.refused("FORBIDDEN", exceptions.BidNotRevokedException, revoke, self.camille, bid.id)
        self.assertEqual(revoke(self.nadia, bid.id), "success")
        self.assertEqual(self.award_status(bid.id), ("revoked", "revoked"))
        # The project takes bids again.
        self.assertEqual(projects.get_project_by_id(self.camille, bid.project_id)["frontend_project_status"], "open")


class Milestones(MarketTest):
    def of(self, bid) -> list[dict]:
        found = projects.get_milestones(self.camille, project_ids=[bid.project_id])["milestones"]
        return sorted(found.values(), key=lambda milestone: milestone["transaction_id"])

    def pay(self, bid, amount: float = 2000, description: str = "Solde"):
        reason = MilestoneReason.PARTIAL_PAYMENT
        create = projects.create_milestone_payment
        return create(self.nadia, bid.project_id, self.camille_id, amount, reason, description)

    def test_get_milestones(self) -> None:
        first, second = self.contract(), self.contract()
        planned = self.of(first)
        self.assertEqual([milestone["amount"] for milestone in planned], [2000, 2000])
        self.assertEqual([milestone["description"] for milestone in planned], ["Acompte", "Solde"])
        people = {(milestone["bidder_id"], milestone["project_owner_id"]) for milestone in planned}
        self.assertEqual(people, {(self.camille_id, self.nadia_id)})
        self.assertEqual({milestone["status"] for milestone in planned}, {"pending"})
        wanted = [planned[1]["transaction_id"], self.of(second)[0]["transaction_id"]]
        found = projects.get_milestones(self.nadia, milestone_ids=wanted)["milestones"]
        self.assertEqual(sorted(found), sorted(map(str, wanted)))
        found = projects.get_milestones(self.nadia, milestone_ids=wanted, limit=1, offset=1)["milestones"]
        self.assertEqual(len(found), 1)
        stranger = self.market.session("sam.demo")
        self.assertEqual(projects.get_milestones(stranger, milestone_ids=wanted)["milestones"], {})

    def test_get_milestone_by_id(self) -> None:
        bid = self.contract()
        planned = self.of(bid)[0]
        found = projects.get_milestone_by_id(self.nadia, planned["transaction_id"])
        self.assertEqual(found["milestones"], {str(planned["transaction_id"]): planned})
        stranger = self.market.session("sam.demo")
        one = projects.get_milestone_by_id
        self.refused("NOT_FOUND", exceptions.MilestonesNotFoundException, one, stranger, planned["transaction_id"])

    def test_create_milestone_payment(self) -> None:
        bid = self.contract()
        made = self.pay(bid)
        self.assertEqual((made.status, made.amount, made.description), ("frozen", 2000, "Solde"))
        self.assertEqual((made.project_id, made.bidder_id), (bid.project_id, self.camille_id))
        self.assertEqual([milestone["status"] for milestone in self.of(bid)], ["pending", "frozen"])
        # Only what was agreed on is paid; of the two the other one is left.
        refused = exceptions.MilestoneNotCreatedException
        self.refused("STATE_CONFLICT", refused, self.pay, bid, 1999.99)
        self.assertEqual(self.pay(bid).description, "Acompte")
        self.refused("STATE_CONFLICT", refused, self.pay, bid)
        create, reason = projects.create_milestone_payment, MilestoneReason.FULL_PAYMENT
        own = (self.camille, self.contract().project_id, self.camille_id, 2000, reason, "Acompte")
        self.refused("FORBIDDEN", refused, create, *own)
        unaccepted = self.bid(self.posted())
        self.refused("STATE_CONFLICT", refused, self.pay, unaccepted, unaccepted.amount)

    def test_release_milestone_payment(self) -> None:
        bid = self.contract()
        first, second = (milestone["transaction_id"] for milestone in self.of(bid))
        self.assertEqual(self.pay(bid, 2000, "Acompte").transaction_id, first)
        release, refused = projects.release_milestone_payment, exceptions.MilestoneNotReleasedException
        self.refused("STATE_CONFLICT", refused, release, self.nadia, second, 2000)
        self.refused("FORBIDDEN", refused, release, self.camille, first, 2000)
        self.refused("NOT_IMPLEMENTED", refused, release, self.nadia, first, 500)
        self.assertEqual(release(self.nadia, first, 2000), "success")
        self.assertEqual([milestone["status"] for milestone in self.of(bid)], ["cleared", "pending"])

    def ask(self, bid, amount: float = 1200, session=None):
        create = projects.create_milestone_request
        return create(session or self.camille, bid.project_id, bid.id, "Reprise des données\nSelon l'avenant", amount)

    def test_create_milestone_request(self) -> None:
        bid = self.contract()
        made = self.ask(bid)
        self.assertEqual((made.project_id, made.bid_id, made.amount), (bid.project_id, bid.id, 1200))
        self.assertEqual((made.description, made.status), ("Reprise des données\nSelon l'avenant", "pending"))
        refused = exceptions.MilestoneRequestNotCreatedException
        self.refused("FORBIDDEN", refused, self.ask, bid, 1200, self.nadia)
        self.refused("AMOUNT_OUT_OF_RANGE", refused, self.ask, bid, 900_000)
        create = projects.create_milestone_request
        self.refused("BAD_REQUEST", refused, create, self.camille, self.nadias[0], bid.id, "Autre projet", 100)

    def test_accept_milestone_request(self) -> None:
        bid = self.contract()
        asked = self.ask(bid)
        accept, refused = projects.accept_milestone_request, exceptions.MilestoneRequestNotAcceptedException
        self.refused("FORBIDDEN", refused, accept, self.camille, asked.id)
        self.assertEqual(accept(self.nadia, asked.id), "success")
        # It is paid for, and taken from what was not.
        found = {milestone["description"]: milestone for milestone in self.of(bid)}
        self.assertEqual((found["Reprise des données"]["status"], found["Reprise des données"]["amount"]), ("frozen", 1200))
        self.assertEqual(sum(milestone["amount"] for milestone in found.values()), 4000)
        self.refused("STATE_CONFLICT", refused, accept, self.nadia, asked.id)

    def test_reject_milestone_request(self) -> None:
        bid = self.contract()
        asked = self.ask(bid)
        reject, refused = projects.reject_milestone_request, exceptions.MilestoneRequestNotRejectedException
        self.assertEqual(reject(self.nadia, asked.id), "success")
        self.assertEqual(len(self.of(bid)), 2)
        self.refused("STATE_CONFLICT", refused, reject, self.nadia, asked.id)


class Reviews(MarketTest):
    def of_camille(self, project_id: int, **others) -> dict:
        usual = {
            "on_budget": True,
            "on_time": False,
            "quality": 5,
            "communication": 4,
            "expertise": 5,
            "professionalism": 5,
            "hire_again": 4,
            "comment": "Travail <i>soigné</i>, un peu tard.",
        }
        return create_review_freelancer_object(project_id, self.nadia_id, self.camille_id, **{**usual, **others})

    def of_nadia(self, project_id: int, stars: int = 4) -> dict:
        return create_review_employer_object(
            project_id, self.nadia_id, self.camille_id, stars, stars, stars, stars, stars, "Besoin clair."
        )

    def counts(self) -> list[int]:
        found = users.get_reputations(self.camille, [self.camille_id, self.nadia_id])
        return [found[str(n)]["entire_history"]["reviews"] for n in (self.camille_id, self.nadia_id)]

    def test_post_review(self) -> None:
        bid, before = self.contract(), self.counts()
        self.assertEqual(projects.post_review(self.nadia, self.of_camille(bid.project_id)), "success")
        # Nobody reads one before there are both.
        self.assertEqual(self.counts(), before)
        self.assertEqual(projects.post_review(self.camille, self.of_nadia(bid.project_id)), "success")
        self.assertEqual(self.counts(), [count + 1 for count in before])
        newest = self.market.get(self.camille, "reviews?role=received&limit=1")["items"][0]
        self.assertEqual((newest["rating"], newest["text"]), (5, "Travail <i>soigné</i>, un peu tard."))
        self.assertEqual(newest["scores"], {"communication": 4, "quality": 5, "deadline": 1, "budget": 5})
        newest = self.market.get(self.nadia, "reviews?role=received&limit=1")["items"][0]
        self.assertEqual((newest["rating"], newest["role"], newest["text"]), (4, "client", "Besoin clair."))

    def test_post_review_by_the_rules(self) -> None:
        bid, unaccepted = self.contract(), self.bid(self.posted())
        review = self.of_camille(bid.project_id)
        cases = [
            (self.nadia, self.of_camille(unaccepted.project_id), "STATE_CONFLICT"),
            (self.camille, review, "FORBIDDEN"),
            (self.camille, {**review, "from_user_id": self.camille_id}, "BAD_REQUEST"),
            (self.camille, {**self.of_nadia(bid.project_id), "to_user_id": 3}, "BAD_REQUEST"),
            (self.nadia, self.of_camille(bid.project_id, expertise=6), "BAD_REQUEST"),
            (self.nadia, self.of_camille(bid.project_id, on_time=None), "BAD_REQUEST"),
            (self.nadia, {**review, "role": "admin"}, "BAD_REQUEST"),
            (self.nadia, self.of_camille(bid.project_id, comment="x" * 2001), "VALIDATION"),
        ]
        for session, wrong, code in cases:
            with self.subTest(code=code, review=wrong):
                self.refused(code, exceptions.ReviewNotPostedException, projects.post_review, session, wrong)
        self.assertEqual(projects.post_review(self.nadia, review), "success")
        again = exceptions.ReviewNotPostedException
        self.refused("STATE_CONFLICT", again, projects.post_review, self.nadia, review)
