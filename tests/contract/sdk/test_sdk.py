"""Functions of the SDK about projects, bids, messages and oneself, against a real platform."""

import io
import unittest

from freelancersdk.exceptions import AuthTokenNotSuppliedException
from freelancersdk.resources.messages import messages
from freelancersdk.resources.messages.exceptions import (
    MessageNotCreatedException,
    MessagesNotFoundException,
    ThreadNotCreatedException,
)
from freelancersdk.resources.messages.helpers import (
    create_attachment,
    create_get_messages_object,
    create_get_threads_object,
)
from freelancersdk.resources.projects import exceptions, projects
from freelancersdk.resources.projects.helpers import create_get_projects_object, create_search_projects_filter
from freelancersdk.resources.users import users
from freelancersdk.resources.users.exceptions import UserJobsNotSetException
from freelancersdk.session import Session

from market import TEXT, Market, MarketTest

class Sessions(MarketTest):
    def test_session(self) -> None:
        self.assertEqual(users.get_self(self.camille)["username"], "camille.demo")

    def test_session_without_a_token(self) -> None:
        with self.assertRaises(AuthTokenNotSuppliedException):
            Session(oauth_token=None)

    def test_session_with_a_wrong_token(self) -> None:
        stranger = Session(oauth_token="nobody", url=f"{self.market.base}/compat/")
        with self.assertRaises(exceptions.ProjectsNotFoundException) as caught:
            projects.search_projects(stranger, "rust")
        self.assertEqual(caught.exception.error_code, "RestExceptionCodes.UNAUTHENTICATED")
        self.assertTrue(caught.exception.request_id)


class Projects(MarketTest):
    def test_search_projects(self) -> None:
        found = projects.search_projects(self.camille, "developpeur", limit=5, active_only=True)
        self.assertEqual(len(found["projects"]), 5)
        self.assertGreater(found["total_count"], 5)
        for project in found["projects"]:
            self.assertEqual(project["status"], "active")
            self.assertIn("développ", f"{project['title']} {project['description']}".lower().replace("deve", "déve"))
            self.assertIn(str(project["owner_id"]), found["users"])

    def test_search_projects_pages(self) -> None:
        first = projects.search_projects(self.camille, "", limit=6)["projects"]
        again = projects.search_projects(self.camille, "", limit=4, offset=2)["projects"]
        self.assertEqual([project["id"] for project in first[2:]], [project["id"] for project in again])

    def test_search_projects_with_a_filter(self) -> None:
        jobs = {job["name"]: job["id"] for job in projects.get_jobs(self.camille, [], False, "fr")}
        wanted = create_search_projects_filter(project_types=["fixed"], min_avg_price=3000, jobs=[jobs["PostgreSQL"]])
        found = projects.search_projects(self.camille, "", search_filter=wanted, limit=20)["projects"]
        self.assertTrue(found)
        for project in found:
            self.assertEqual(project["type"], "fixed")
            self.assertGreaterEqual(project["budget"]["maximum"], 3000)
            self.assertIn(jobs["PostgreSQL"], [job["id"] for job in project["jobs"]])

    def test_search_projects_refuses_what_it_cannot_search(self) -> None:
        for wanted in [{"from_time": 1}, {"sort_field": "bid_avg_usd"}, {"countries": ["fr", "be"]}]:
            with self.assertRaises(exceptions.ProjectsNotFoundException) as caught:
                projects.search_projects(self.camille, "", search_filter=create_search_projects_filter(**wanted))
            self.assertEqual(caught.exception.error_code, "RestExceptionCodes.NOT_IMPLEMENTED", wanted)

    def test_get_projects(self) -> None:
        ids = self.nadias[:2]
        found = projects.get_projects(self.camille, create_get_projects_object(project_ids=[*ids, 999_999_999]))
        self.assertEqual([project["id"] for project in found["projects"]], ids)

    def test_get_projects_of_an_owner(self) -> None:
        found = projects.get_projects(self.nadia, create_get_projects_object(owner_ids=[self.nadia_id]))
        self.assertEqual({project["owner_id"] for project in found["projects"]}, {self.nadia_id})

    def test_get_project_by_id(self) -> None:
        project = projects.get_project_by_id(self.camille, self.nadias[0])
        self.assertEqual((project["id"], project["owner_id"]), (self.nadias[0], self.nadia_id))
        self.assertEqual(project["currency"]["code"], "EUR")
        self.assertLess(project["submitdate"], 4_000_000_000)

    def test_get_project_by_id_unknown(self) -> None:
        for project_id in [999_999_999, -1, "x"]:
            with self.assertRaises(exceptions.ProjectsNotFoundException):
                projects.get_project_by_id(self.camille, project_id)

    def test_get_jobs(self) -> None:
        every = projects.get_jobs(self.camille, [], False, "fr")
        some = projects.get_jobs(self.camille, [every[0]["id"], every[4]["id"]], False, "fr")
        self.assertEqual(some, [every[0], every[4]])


class Bids(MarketTest):
    def test_place_project_bid(self) -> None:
        project_id = self.fresh()
        bid = self.bid(project_id)
        self.assertEqual((bid.amount, bid.period, bid.description), (4200.5, 12, TEXT))
        self.assertEqual((bid.project_id, bid.bidder_id), (project_id, self.camille_id))
        self.assertEqual(bid.project_owner_id, self.nadia_id)
        with self.assertRaises(exceptions.BidNotPlacedException) as caught:
            self.bid(project_id)
        self.assertEqual(caught.exception.error_code, "RestExceptionCodes.DUPLICATE_BID")

    def test_place_project_bid_by_the_rules(self) -> None:
        project_id = self.nadias[0]
        refused = [
            (self.nadia, self.nadia_id, TEXT, 4200, "OWN_PROJECT"),
            (self.camille, self.nadia_id, TEXT, 4200, "FORBIDDEN"),
            (self.camille, self.camille_id, "Trop court.", 4200, "VALIDATION"),
            (self.camille, self.camille_id, TEXT, 0.01, "AMOUNT_OUT_OF_RANGE"),
            (self.camille, self.camille_id, TEXT, 1.001, "BAD_REQUEST"),
            (self.camille, self.camille_id, f"{TEXT} Écrivez à moi@exemple.fr", 4200, "CONTACT_DETAILS_IN_TEXT"),
        ]
        for session, bidder_id, text, amount, code in refused:
            with self.assertRaises(exceptions.BidNotPlacedException) as caught:
                projects.place_project_bid(session, project_id, bidder_id, text, amount, 12, 50)
            self.assertEqual(caught.exception.error_code, f"RestExceptionCodes.{code}")

    def test_get_bids(self) -> None:
        project_id = self.fresh()
        bid = self.bid(project_id)
        of_project = projects.get_bids(self.nadia, project_ids=[project_id], limit=50)["bids"]
        self.assertIn(bid.id, [other["id"] for other in of_project])
        self.assertGreater(len(of_project), 1)
        # Others' bids are not for Camille to see.
        seen = projects.get_bids(self.camille, project_ids=[project_id])["bids"]
        self.assertEqual([other["id"] for other in seen], [bid.id])
        hidden = [other["id"] for other in of_project if other["id"] != bid.id]
        self.assertEqual(projects.get_bids(self.camille, bid_ids=hidden)["bids"], [])
        self.assertEqual(projects.get_bids(self.camille, bid_ids=[bid.id])["bids"][0]["amount"], 4200.5)
        self.assertIn(bid.id, [other["id"] for other in projects.get_bids(self.camille, limit=50)["bids"]])

    def test_retract_project_bid(self) -> None:
        bid = self.bid(self.fresh())
        self.assertEqual(projects.retract_project_bid(self.camille, bid.id), "success")
        self.assertTrue(projects.get_bids(self.camille, bid_ids=[bid.id])["bids"][0]["retracted"])
        with self.assertRaises(exceptions.BidNotRetractedException):
            projects.retract_project_bid(self.camille, bid.id)

    def test_award_project_bid(self) -> None:
        bid = self.bid(self.fresh())
        with self.assertRaises(exceptions.BidNotAwardedException) as caught:
            projects.award_project_bid(self.camille, bid.id)
        self.assertEqual(caught.exception.error_code, "RestExceptionCodes.FORBIDDEN")
        self.assertEqual(projects.award_project_bid(self.nadia, bid.id), "success")
        self.assertEqual(projects.get_bids(self.camille, bid_ids=[bid.id])["bids"][0]["award_status"], "pending")


class Messages(MarketTest):
    def test_create_project_thread(self) -> None:
        project_id = self.nadias[1]
        thread = messages.create_project_thread(self.camille, [self.nadia_id], project_id, "Bonjour !")
        self.assertEqual(thread.context, {"type": "project", "id": project_id})
        self.assertEqual(set(thread.members), {self.camille_id, self.nadia_id})
        self.assertEqual(thread.last_message["message"], "Bonjour !")

    def test_create_thread(self) -> None:
        project_id = self.nadias[1]
        members = [self.camille_id, self.nadia_id]
        thread = messages.create_thread(self.camille, members, "project", project_id, "Encore bonjour.")
        self.assertEqual(thread.last_message["from_user"], self.camille_id)
        for kind, people, text in [("contest", members, "a"), ("project", [self.camille_id], "a"), ("project", members, "")]:
            with self.assertRaises(ThreadNotCreatedException):
                messages.create_thread(self.camille, people, kind, project_id, text)

    def test_post_message(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[0], "Bonjour.")
        message = messages.post_message(self.nadia, thread.id, "Merci, <b>voyons</b> & parlons-en…")
        self.assertEqual((message.from_user, message.thread_id), (self.nadia_id, thread.id))
        self.assertEqual(message.message, "Merci, <b>voyons</b> & parlons-en…")
        stranger = self.market.session("sam.demo")
        with self.assertRaises(MessageNotCreatedException) as caught:
            messages.post_message(stranger, thread.id, "Bonjour ?")
        self.assertEqual(caught.exception.error_code, "RestExceptionCodes.NOT_FOUND")

    def test_post_attachment(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[0], "Voici les fichiers.")
        contents = {"Périmètre & délais.txt": "Trois lots.\r\n--fin--\r\n".encode(), "vide.bin": b"", "plan.png": bytes(range(256)) * 999}
        attachments = [create_attachment(io.BytesIO(content), name) for name, content in contents.items()]
        message = messages.post_attachment(self.camille, thread.id, attachments)
        self.assertEqual((message.thread_id, message.from_user, message.message), (thread.id, self.camille_id, ""))
        found = messages.get_messages(self.nadia, create_get_messages_object(threads=[thread.id]), limit=1)["messages"]
        self.assertEqual(found[0]["id"], message.id)
        files = found[0]["attachments"]
        self.assertEqual([(file["filename"], file["size"]) for file in files], [(name, len(content)) for name, content in contents.items()])
        newest = self.market.get(self.nadia, "threads?limit=1")["items"][0]["id"]
        kept = self.market.get(self.nadia, f"threads/{newest}/messages?limit=1")["items"][0]["attachments"]
        for file, content in zip(kept, contents.values(), strict=True):
            self.assertEqual(self.market.read(self.nadia, f"attachments/{file['id']}").content, content)

    def test_post_attachment_by_the_rules(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[0], "Bonjour.")
        post, refused = messages.post_attachment, MessageNotCreatedException
        one = lambda: [create_attachment(io.BytesIO(b"a"), "a.txt")]
        self.refused("NOT_FOUND", refused, post, self.market.session("sam.demo"), thread.id, one())
        named_otherwise = [{**one()[0], "filename": "b.txt"}]
        self.refused("BAD_REQUEST", refused, post, self.camille, thread.id, named_otherwise)
        large = [create_attachment(io.BytesIO(bytes(17 << 20)), "a.bin")]
        self.refused("PAYLOAD_TOO_LARGE", refused, post, self.camille, thread.id, large)
        many = [create_attachment(io.BytesIO(b"a"), f"{n}.txt") for n in range(31)]
        self.refused("BAD_REQUEST", refused, post, self.camille, thread.id, many)

    def test_get_messages(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[0], "Un.")
        messages.post_message(self.nadia, thread.id, "Deux.")
        messages.post_message(self.camille, thread.id, "Trois.")
        found = messages.get_messages(self.nadia, create_get_messages_object(threads=[thread.id]), limit=2)["messages"]
        self.assertEqual([message["message"] for message in found], ["Trois.", "Deux."])
        older = messages.get_messages(self.nadia, create_get_messages_object(threads=[thread.id]), 1, 2)["messages"]
        self.assertEqual([message["message"] for message in older], ["Un."])
        query = create_get_messages_object(threads=[thread.id], senders=[self.nadia_id])
        self.assertEqual(messages.get_messages(self.nadia, query)["messages"][0]["message"], "Deux.")
        self.assertTrue(messages.get_messages(self.nadia, {})["messages"])

    def test_search_messages(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[0], "Le périmètre est clair.")
        found = messages.search_messages(self.nadia, thread.id, "PERIMETRE")
        self.assertEqual([message["message"] for message in found["messages"]], ["Le périmètre est clair."])
        with self.assertRaises(MessagesNotFoundException):
            messages.search_messages(self.market.session("sam.demo"), thread.id, "clair")

    def test_get_threads(self) -> None:
        thread = messages.create_project_thread(self.camille, [self.nadia_id], self.nadias[2], "Bonjour.")
        query = create_get_threads_object(threads=[thread.id])
        found = messages.get_threads(self.nadia, query)["threads"]
        self.assertEqual([(other["id"], other["is_read"]) for other in found], [(thread.id, False)])
        every = messages.get_threads(self.nadia, {"limit": 500})["threads"]
        self.assertIn(thread.id, [other["id"] for other in every])
        query = create_get_threads_object(contexts=[self.nadias[2]], context_type="project", members=[self.camille_id])
        self.assertEqual([other["id"] for other in messages.get_threads(self.nadia, query)["threads"]], [thread.id])
        self.assertEqual(messages.get_threads(self.market.session("sam.demo"), query)["threads"], [])


class Users(MarketTest):
    def test_get_self(self) -> None:
        me = users.get_self(self.nadia, {"details": True})
        self.assertEqual((me["id"], me["username"], me["role"]), (self.nadia_id, "nadia.demo", "employer"))

    def test_get_self_user_id(self) -> None:
        self.assertEqual(users.get_self_user_id(self.camille), self.camille_id)
        self.assertNotEqual(self.camille_id, self.nadia_id)

    def jobs(self) -> list[int]:
        return sorted(job["id"] for job in users.get_self(self.camille)["jobs"])

    def test_set_user_jobs(self) -> None:
        self.assertEqual(users.set_user_jobs(self.camille, [1, 2, 3]), "success")
        self.assertEqual(self.jobs(), [1, 2, 3])
        with self.assertRaises(UserJobsNotSetException):
            users.set_user_jobs(self.camille, [1, 999_999])
        self.assertEqual(self.jobs(), [1, 2, 3])

    def test_add_user_jobs(self) -> None:
        users.set_user_jobs(self.camille, [1, 2])
        self.assertEqual(users.add_user_jobs(self.camille, [2, 5]), "success")
        self.assertEqual(self.jobs(), [1, 2, 5])

    def test_delete_user_jobs(self) -> None:
        users.set_user_jobs(self.camille, [1, 2, 5])
        self.assertEqual(users.delete_user_jobs(self.camille, [2]), "success")
        self.assertEqual(self.jobs(), [1, 5])


class OffByDefault(unittest.TestCase):
    def test_without_the_option_there_is_no_facade(self) -> None:
        market = Market()
        self.addCleanup(market.leave)
        session = market.session("camille.demo")
        answer = session.session.get(f"{market.base}/compat/api/users/0.1/self/", timeout=30)
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")


if __name__ == "__main__":
    unittest.main()
