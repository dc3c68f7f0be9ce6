"""Accounts: one's own password and sessions, and what managers and PIs do with those of others."""

import re

import pytest
from django.test import Client

from lims.accounts.errors import InitialsTaken, LastLead, NameTaken
from lims.accounts.models import Role, User
from lims.accounts.services import change_role, create_user, deactivate_user, one_time_password, reactivate_user
from lims.audit.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def person(username: str, role: str = Role.TECHNICIAN) -> User:
    initials = username[:2].upper()
    return create_user(by="system:test", username=username, initials=initials, role=role, password=PASSWORD)[0]


@pytest.fixture
def anna() -> User:
    return person("anna")


@pytest.fixture
def mara() -> User:
    return person("mara", Role.MANAGER)


def signed_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"username": user.username, "password": password}).status_code == 302
    return client


def shown_password(page: str) -> str:
    return re.search(r"<dd class=\"code\">([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</dd>", page)[1]


class TestOnesOwn:
    def change(self, client: Client, old: str = PASSWORD, new: str = "a better passphrase", again: str = ""):
        data = {"old_password": old, "password": new, "again": again or new}
        return client.post("/account/password/", data)

    def test_a_new_password_ends_every_other_session(self, anna):
        here, elsewhere = signed_in(anna), signed_in(anna)
        assert self.change(here).status_code == 303
        assert here.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302
        signed_in(anna, "a better passphrase")

    @pytest.mark.parametrize(
        ("old", "new", "again", "said"),
        [
            ("wrong", "a better passphrase", "", "That is not your present password. 9 tries are left"),
            (PASSWORD, "short", "", "too short"),
            (PASSWORD, "password1234", "", "too common"),
            (PASSWORD, "a better passphrase", "another", "differ"),
            (PASSWORD, PASSWORD, "", "That is the present password"),
        ],
    )
    def test_a_bad_one_is_refused_with_a_sentence(self, anna, old, new, again, said):
        client = signed_in(anna)
        response = self.change(client, old, new, again)
        assert response.status_code == 422
        assert said in response.content.decode()
        signed_in(anna)

    def test_an_open_session_cannot_guess_the_password_for_long(self, anna):
        client = signed_in(anna)
        for _ in range(10):
            assert self.change(client, old="wrong").status_code == 422
        assert self.change(client).status_code == 429

    def test_signing_out_everywhere_leaves_only_this_session(self, anna):
        here, elsewhere = signed_in(anna), signed_in(anna)
        assert here.post("/account/sign-out-everywhere/").status_code == 303
        assert here.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302

    def test_signing_out(self, anna):
        client = signed_in(anna)
        assert client.get("/sign-out/").status_code == 405
        client.post("/sign-out/")
        assert client.get("/account/").status_code == 302

    def test_the_digest_can_be_declined(self, anna):
        assert signed_in(anna).post("/account/", {}).status_code == 303
        anna.refresh_from_db()
        assert anna.wants_digest is False

    def test_a_form_cannot_raise_its_sender(self, anna):
        data = {"wants_digest": "on", "role": "pi", "is_staff": "1", "is_superuser": "1", "must_change_password": "1"}
        signed_in(anna).post("/account/", data)
        anna.refresh_from_db()
        assert (anna.role, anna.is_staff, anna.is_superuser) == (Role.TECHNICIAN, False, False)

    def test_csrf_is_checked_at_the_door_and_inside(self, anna):
        client = Client(enforce_csrf_checks=True)
        assert client.post("/sign-in/", {"username": "anna", "password": PASSWORD}).status_code == 403
        client.force_login(anna)
        assert client.post("/account/sign-out-everywhere/").status_code == 403


class TestOfOthers:
    DATA = {"username": "Ben", "first_name": "Ben", "last_name": "Okafor", "initials": "bo", "role": "technician"}

    def test_a_new_person_gets_a_password_once_and_must_replace_it(self, mara):
        client = signed_in(mara)
        page = client.post("/people/add/", self.DATA)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        password = shown_password(page.content.decode())
        assert password not in str(list(Entry.objects.values_list("old", "new")))
        ben = User.objects.get(username="ben")
        assert (ben.initials, ben.must_change_password) == ("BO", True)
        his = signed_in(ben, password)
        assert his.get("/account/").url == "/account/password/"
        data = {"old_password": password, "password": "a better passphrase", "again": "a better passphrase"}
        assert his.post("/account/password/", data).status_code == 303
        assert his.get("/account/").status_code == 200

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"username": "MARA"}, "The name mara is taken"),
            ({"initials": "ma"}, "signs as MA already"),
            ({"initials": "A1"}, "Write two to four letters"),
            ({"initials": ""}, "Still empty"),
            ({"first_name": "Ben\u202e"}, "invisible sign"),
            ({"role": "admin"}, "valid choice"),
            ({"email": "nowhere"}, "valid email"),
        ],
    )
    def test_what_does_not_fit_is_refused_at_its_field(self, mara, changes, said):
        response = signed_in(mara).post("/people/add/", self.DATA | changes)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert User.objects.count() == 1

    def test_editing_a_person_and_her_role_is_on_the_record(self, anna, mara):
        data = {"first_name": "Anna", "last_name": "Meier", "initials": "AM", "role": "manager", "email": ""}
        assert signed_in(mara).post(f"/people/{anna.pk}/", data).status_code == 303
        anna.refresh_from_db()
        assert (str(anna), anna.role) == ("Anna Meier", "manager")
        verbs = Entry.objects.filter(table="lims_user", record=anna.pk, actor=f"user:{mara.pk}").order_by("pk")
        assert [entry.verb for entry in verbs] == ["edit_user", "change_role"]

    def test_a_refused_role_leaves_the_names_as_they_were(self, mara):
        data = {"first_name": "New", "last_name": "Name", "initials": "NN", "role": "technician", "email": ""}
        response = signed_in(mara).post(f"/people/{mara.pk}/", data)
        assert response.status_code == 422
        assert "only active manager or PI" in response.content.decode()
        mara.refresh_from_db()
        assert mara.first_name == ""

    def test_a_deactivated_person_is_out_at_once_and_can_come_back(self, anna, mara):
        hers, client = signed_in(anna), signed_in(mara)
        assert client.post(f"/people/{anna.pk}/end/", {"end-reason": ""}).status_code == 422
        assert client.post(f"/people/{anna.pk}/end/", {"end-reason": "left the lab"}).status_code == 303
        assert hers.get("/account/").status_code == 302
        entry = Entry.objects.filter(verb="deactivate_user").get()
        assert entry.reason == "left the lab"
        client.post(f"/people/{anna.pk}/end/", {"end-reason": "came back"})
        signed_in(anna)

    def test_a_reset_password_ends_the_sessions_and_is_shown_once(self, anna, mara):
        hers = signed_in(anna)
        page = signed_in(mara).post(f"/people/{anna.pk}/password/")
        assert hers.get("/account/").status_code == 302
        signed_in(anna, shown_password(page.content.decode()))

    def test_the_list_costs_the_same_however_many_there_are(self, mara, django_assert_max_num_queries):
        client = signed_in(mara)
        for n in range(15):
            create_user(by="system:test", username=f"p{n}", initials=f"P{chr(65 + n)}", password=PASSWORD)
        with django_assert_max_num_queries(5):
            assert client.get("/people/").status_code == 200

    def test_a_name_in_the_list_is_text(self, mara):
        create_user(by="system:test", username="x", initials="XX", first_name="<script>alert(1)</script>", password="x")
        assert "<script>alert(1)" not in signed_in(mara).get("/people/").content.decode()


class TestServices:
    def test_the_last_lead_stays(self, mara):
        for refused in (
            lambda: change_role(by=mara, user_id=mara.pk, role="technician"),
            lambda: deactivate_user(by=mara, user_id=mara.pk, reason="x"),
        ):
            with pytest.raises(LastLead):
                refused()
        person("paul", Role.PI)
        change_role(by=mara, user_id=mara.pk, role="technician")

    def test_initials_name_one_active_person(self, anna, mara):
        deactivate_user(by=mara, user_id=anna.pk, reason="left")
        create_user(by=mara, username="andrew", initials="an", password=PASSWORD)
        with pytest.raises(InitialsTaken, match="andrew signs as AN already"):
            reactivate_user(by=mara, user_id=anna.pk, reason="back")

    def test_a_name_is_given_once(self, anna, mara):
        with pytest.raises(NameTaken):
            create_user(by=mara, username="ANNA", initials="XX")

    def test_one_time_passwords_are_long_and_unlike(self):
        passwords = {one_time_password() for _ in range(200)}
        assert len(passwords) == 200
        assert all(re.fullmatch(r"[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){2}", word) for word in passwords)
