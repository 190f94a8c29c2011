"""Functions of the SDK about others."""

from freelancersdk.resources.users import users
from freelancersdk.resources.users.exceptions import (
    ReputationsNotFoundException,
    UserNotFoundException,
    UsersNotFoundException,
)
from freelancersdk.resources.users.helpers import create_get_users_details_object, create_get_users_object

from market import MarketTest


class People(MarketTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.sam_id = users.get_self_user_id(cls.market.session("sam.demo"))

    def test_get_user_by_id(self) -> None:
        seen = users.get_user_by_id(self.nadia, self.camille_id, create_get_users_details_object(reputation=True))
        self.assertEqual((seen["id"], seen["public_name"], seen["role"]), (self.camille_id, "Camille Laurent", "freelancer"))
        self.assertEqual(seen["location"]["country"]["code"], "fr")
        self.assertEqual([job["name"] for job in seen["jobs"]], [job["name"] for job in users.get_self(self.camille)["jobs"]])
        self.assertEqual(seen["reputation"]["entire_history"]["reviews"], 37)
        # What only Camille may know of Camille is not there.
        self.assertNotIn("camille.demo", str(seen))
        self.assertNotIn("@", str(seen))
        self.refused("NOT_FOUND", UserNotFoundException, users.get_user_by_id, self.nadia, 999_999_999)

    def test_get_users(self) -> None:
        query = create_get_users_object(user_ids=[self.camille_id, self.nadia_id, 999_999_999])
        found = users.get_users(self.camille, query)["users"]
        self.assertEqual(sorted(found), sorted([str(self.camille_id), str(self.nadia_id)]))
        self.assertEqual(found[str(self.nadia_id)]["role"], "employer")
        by_name = create_get_users_object(user_ids=[self.nadia_id], usernames=["nadia.demo"])
        self.refused("NOT_IMPLEMENTED", UsersNotFoundException, users.get_users, self.camille, by_name)
        self.refused("BAD_REQUEST", UsersNotFoundException, users.get_users, self.camille, {})

    def test_get_reputations(self) -> None:
        everyone = [self.camille_id, self.nadia_id]
        found = users.get_reputations(self.nadia, everyone)
        camille = found[str(self.camille_id)]
        self.assertEqual(camille["user_id"], self.camille_id)
        self.assertEqual((camille["entire_history"]["reviews"], camille["entire_history"]["overall"]), (37, 4.8))
        for window in ["entire_history", "last12months", "last3months"]:
            share = camille[window]["on_time"]
            self.assertTrue(share is None or 0 <= share <= 1, share)
        self.assertLessEqual(camille["last3months"]["reviews"], camille["last12months"]["reviews"])
        self.assertEqual(list(users.get_reputations(self.nadia, everyone, role="freelancer")), [str(self.camille_id)])
        self.assertEqual(list(users.get_reputations(self.nadia, everyone, role="employer")), [str(self.nadia_id)])
        reputations = users.get_reputations
        for arguments, code in [
            (([self.camille_id], [1]), "NOT_IMPLEMENTED"),
            (([self.sam_id], [], "freelancer"), "NOT_IMPLEMENTED"),
            (([self.camille_id], [], "admin"), "BAD_REQUEST"),
            (([],), "BAD_REQUEST"),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(code, ReputationsNotFoundException, reputations, self.nadia, *arguments)
